"""Revisions; they import only alembic and sqlalchemy."""

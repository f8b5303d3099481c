"""Galleries: searchable sets of references, derived from the database, never the truth."""

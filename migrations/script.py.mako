"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}

Import only alembic and sqlalchemy here: a migration must do tomorrow what it does today.
Expand first (new nullable column, new table), contract in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Wait for running transactions, but never make them wait long behind us.
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '2s'")
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    ${downgrades if downgrades else "raise NotImplementedError"}

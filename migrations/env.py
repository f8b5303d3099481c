"""Run the migrations on the connection that ``eurodac.database`` hands over."""

from alembic import context
from sqlalchemy import Connection

from eurodac.tables import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=False,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])

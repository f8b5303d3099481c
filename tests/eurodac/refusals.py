"""Statements that the database must refuse, and which constraint says so."""

from sqlalchemy import Engine, Executable
from sqlalchemy.exc import IntegrityError

from eurodac import database


def execute(engine: Engine, statement: Executable) -> None:
    """Run one statement in a transaction of its own."""
    with database.begin(engine) as session:
        session.execute(statement)


def refused_by(engine: Engine, statement: Executable) -> str:
    """Run a statement that must fail; give what the database says, "" where it did not fail."""
    try:
        execute(engine, statement)
    except IntegrityError as error:
        return str(error.orig)
    return ""


def names(message: str, constraint: str) -> bool:
    """Whether a refusal names a constraint.

    SQLite does not say which foreign key it was, and gives the columns of a unique constraint.
    """
    if constraint == "FOREIGN KEY":
        return constraint in message.upper()
    if constraint.startswith("uq_") and "UNIQUE" in message:
        return True
    return constraint in message

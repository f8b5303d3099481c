"""The migrations make the schema of the models, go back, and come again."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import migrations
from eurodac import database
from eurodac.tables import Base

REVISIONS = [
    script.revision
    for script in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()
][::-1]


def test_up_down_up_leads_to_the_same_schema(empty_engine: Engine) -> None:
    assert database.revision(empty_engine) is None
    database.upgrade(empty_engine)
    first = _schema(empty_engine)
    assert database.is_current(empty_engine)
    database.downgrade(empty_engine, "base")
    assert not database.is_current(empty_engine)
    assert sa.inspect(empty_engine).get_table_names() == ["alembic_version"]
    database.upgrade(empty_engine)
    assert _schema(empty_engine) == first
    assert set(first) - {"alembic_version"} == set(Base.metadata.tables)


def test_every_revision_goes_up_and_down_by_itself(empty_engine: Engine) -> None:
    schemas = []
    for revision in REVISIONS:
        schemas.append(_schema(empty_engine))
        database.upgrade(empty_engine, revision)
        assert database.revision(empty_engine) == revision
    assert sorted(REVISIONS) == REVISIONS
    for before in reversed(schemas):
        database.downgrade(empty_engine, "-1")
        schema = _schema(empty_engine)
        schema.pop("alembic_version")
        before.pop("alembic_version", None)
        assert schema == before


def test_the_migrations_and_the_models_agree(empty_engine: Engine) -> None:
    database.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_constraints_of_the_migrations_are_those_of_the_models(empty_engine: Engine) -> None:
    """What alembic does not compare: conditions, deletion rules, names."""
    database.upgrade(empty_engine)
    migrated = _schema(empty_engine)
    migrated.pop("alembic_version")
    database.downgrade(empty_engine, "base")
    Base.metadata.create_all(empty_engine)
    modelled = _schema(empty_engine)
    modelled.pop("alembic_version")
    assert migrated == modelled


def test_every_constraint_has_a_name_that_fits(empty_engine: Engine) -> None:
    database.upgrade(empty_engine)
    schema = _schema(empty_engine)
    schema.pop("alembic_version")
    names = [name for table in schema.values() for name in table["names"]]
    assert names
    assert [name for name in names if name == "None" or len(name) > 63] == []


def test_an_upgrade_that_fails_leaves_the_schema_as_it_was(empty_engine: Engine) -> None:
    database.upgrade(empty_engine, "0005")
    with empty_engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE outbox (seq INTEGER)"))
    before = _schema(empty_engine)
    with pytest.raises(sa.exc.DBAPIError):
        database.upgrade(empty_engine)
    assert _schema(empty_engine) == before
    assert database.revision(empty_engine) == "0005"


def _schema(engine: Engine) -> dict[str, dict[str, Any]]:
    """Everything that the database says about its tables, in a form that can be compared."""
    inspector = sa.inspect(engine)
    found: dict[str, dict[str, Any]] = {}
    for table in sorted(inspector.get_table_names()):
        checks = {str(c["name"]): c["sqltext"] for c in inspector.get_check_constraints(table)}
        keys = {
            str(k["name"]): (k["constrained_columns"], k["referred_table"], k["options"])
            for k in inspector.get_foreign_keys(table)
        }
        primary = inspector.get_pk_constraint(table)
        uniques = {
            str(u["name"]): u["column_names"] for u in inspector.get_unique_constraints(table)
        }
        found[table] = {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)
            },
            "checks": checks,
            "keys": keys,
            "primary": primary["constrained_columns"],
            "uniques": uniques,
            "indexes": {str(i["name"]): i["column_names"] for i in inspector.get_indexes(table)},
            "names": sorted([*checks, *keys, *uniques]),
        }
    return found

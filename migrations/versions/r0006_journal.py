"""Log with its triggers, outbox, idempotency and the name of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _sequence() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_meta()
    _create_log()
    _create_log_head()
    _create_outbox()
    _create_idempotency()
    op.execute(f"INSERT INTO log_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    # Dropping the tables drops their triggers.
    for table in ("idempotency", "outbox", "log_head", "log", "meta"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for function in ("refuse_log_change", "refuse_log_head_change"):
            op.execute(f"DROP FUNCTION {function}()")


def _create_meta() -> None:
    op.create_table(
        "meta",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database_id", sa.String(length=32), nullable=False),
        sa.Column("kek_id", sa.String(length=32), nullable=False),
        sa.Column("key_check", sa.Text(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_meta_one_row")),
        sa.CheckConstraint("length(database_id) = 32", name=op.f("ck_meta_database_id")),
        sa.CheckConstraint("length(kek_id) = 32", name=op.f("ck_meta_kek_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meta")),
    )


def _create_log() -> None:
    op.create_table(
        "log",
        sa.Column("seq", _sequence(), autoincrement=False, nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("member_state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("case_pseudonym", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(previous_hash) = 64", name=op.f("ck_log_hash")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_log_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log")),
    )


def _create_log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", _sequence(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_one_row")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_log_head_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", _sequence(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.CheckConstraint("topic IN ('enrol', 'relabel', 'erase')", name=op.f("ck_outbox_topic")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.CheckConstraint("length(body_sha256) = 64", name=op.f("ck_idempotency_body_sha256")),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 255", name=op.f("ck_idempotency_key")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency")),
    )


def _guard_sqlite() -> None:
    """Make the log append-only and let its head only take the next step."""
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_no_{event.lower()} BEFORE {event} ON log"
            " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER log_head_step BEFORE UPDATE ON log_head"
        " WHEN NEW.seq <> OLD.seq + 1 OR NEW.id <> OLD.id"
        " BEGIN SELECT RAISE(ABORT, 'the head of the log goes forward by one'); END"
    )
    op.execute(
        "CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head"
        " BEGIN SELECT RAISE(ABORT, 'the head of the log stays'); END"
    )


def _guard_postgresql() -> None:
    """Make the log append-only and let its head only take the next step."""
    op.execute(
        "CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_log_head_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN IF TG_OP = 'UPDATE' THEN"
        " IF NEW.seq = OLD.seq + 1 AND NEW.id = OLD.id THEN RETURN NEW; END IF; END IF;"
        " RAISE EXCEPTION 'the head of the log goes forward by one'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()"
    )
    op.execute(
        "CREATE TRIGGER log_head_step BEFORE UPDATE OR DELETE ON log_head"
        " FOR EACH ROW EXECUTE FUNCTION refuse_log_head_change()"
    )
    op.execute(
        "CREATE TRIGGER log_head_no_truncate BEFORE TRUNCATE ON log_head"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()"
    )

"""Records, names, nationalities and documents, whatever the system."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_records()
    _create_names()
    _create_nationalities()
    _create_documents()


def downgrade() -> None:
    for table in ("documents", "nationalities", "names", "records"):
        op.drop_table(table)


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("member_state", sa.Text(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.CheckConstraint(
            "system IN ('EURODAC', 'EES', 'VIS', 'ETIAS', 'ECRIS_TCN', 'SIS')",
            name=op.f("ck_records_system"),
        ),
        sa.CheckConstraint("length(id) = 32 AND id = lower(id)", name=op.f("ck_records_id")),
        sa.CheckConstraint(
            "length(member_state) = 2 AND member_state = upper(member_state)",
            name=op.f("ck_records_member_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint(
            "id", "system", "member_state", name=op.f("uq_records_id_system_member_state")
        ),
        sa.UniqueConstraint("id", "system", name=op.f("uq_records_id_system")),
    )
    op.create_index(op.f("ix_records_created_at_id"), "records", ["created_at", "id"], unique=False)


def _create_names() -> None:
    op.create_table(
        "names",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("surnames", sa.Text(), nullable=False),
        sa.Column("forenames", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('current', 'at_birth', 'previous', 'alias')", name=op.f("ck_names_kind")
        ),
        sa.CheckConstraint("surnames <> '' OR forenames <> ''", name=op.f("ck_names_not_empty")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_names_position")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_names_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_names")),
    )


def _create_nationalities() -> None:
    op.create_table(
        "nationalities",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "length(code) = 3 AND code = upper(code)", name=op.f("ck_nationalities_code")
        ),
        sa.CheckConstraint("position >= 0", name=op.f("ck_nationalities_position")),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["records.id"],
            name=op.f("fk_nationalities_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_nationalities")),
        sa.UniqueConstraint("record_id", "code", name=op.f("uq_nationalities_record_id_code")),
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issuing_country", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "length(issuing_country) = 3 AND issuing_country = upper(issuing_country)",
            name=op.f("ck_documents_issuing_country"),
        ),
        sa.CheckConstraint(
            "length(number) BETWEEN 1 AND 64", name=op.f("ck_documents_number_length")
        ),
        sa.CheckConstraint("length(type) BETWEEN 1 AND 64", name=op.f("ck_documents_type_length")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_documents_position")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_documents_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_documents")),
    )

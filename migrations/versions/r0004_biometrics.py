"""Wrapped keys, sealed templates and sealed images."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_record_keys()
    _create_biometrics()
    _create_samples()


def downgrade() -> None:
    for table in ("samples", "biometrics", "record_keys"):
        op.drop_table(table)


def _create_record_keys() -> None:
    op.create_table(
        "record_keys",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("kek_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("length(kek_id) = 32", name=op.f("ck_record_keys_kek_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_record_keys_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_keys")),
    )


def _create_biometrics() -> None:
    op.create_table(
        "biometrics",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format_version", sa.Integer(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("nfiq2", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(sealed IS NULL) = (extractor = '')", name=op.f("ck_biometrics_extractor")
        ),
        sa.CheckConstraint(
            "(sealed IS NULL) = (reason <> '')", name=op.f("ck_biometrics_template_or_reason")
        ),
        sa.CheckConstraint("format_version >= 1", name=op.f("ck_biometrics_format_version")),
        sa.CheckConstraint("nfiq2 BETWEEN 0 AND 100", name=op.f("ck_biometrics_nfiq2")),
        sa.CheckConstraint("position BETWEEN 1 AND 10", name=op.f("ck_biometrics_position")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_biometrics_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_biometrics")),
    )


def _create_samples() -> None:
    op.create_table(
        "samples",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'finger' THEN position BETWEEN 1 AND 10 ELSE position = 0 END",
            name=op.f("ck_samples_position"),
        ),
        sa.CheckConstraint("kind IN ('finger', 'face', 'document')", name=op.f("ck_samples_kind")),
        sa.CheckConstraint("media_type <> ''", name=op.f("ck_samples_media_type")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_samples_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "kind", "position", name=op.f("pk_samples")),
    )

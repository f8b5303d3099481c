"""Links, comparisons, hit snapshots and notifications."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _sequence() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_links()
    op.create_index(op.f("ix_links_high"), "links", ["high"])
    op.create_index(op.f("ix_links_state_created_at"), "links", ["state", "created_at"])
    _create_link_terms()
    _create_comparisons()
    _create_hit_snapshots()
    _create_pushes()


def downgrade() -> None:
    for table in ("pushes", "hit_snapshots", "comparisons", "link_terms", "links"):
        op.drop_table(table)


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("low", sa.String(length=32), nullable=False),
        sa.Column("low_system", sa.Text(), nullable=False),
        sa.Column("high", sa.String(length=32), nullable=False),
        sa.Column("high_system", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("matcher_version", sa.Text(), nullable=False),
        sa.Column("found_by", sa.String(length=32), nullable=False),
        sa.Column("check_reason", sa.Text(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("decided_at", _time(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(
                f"({column} IS NULL) = (state = 'provisional')", name=op.f(f"ck_links_{column}")
            )
            for column in ("decided_at", "decided_by", "decision_reason")
        ),
        sa.CheckConstraint(
            "(matcher_version = '') = (basis = 'transfer')", name=op.f("ck_links_matcher_version")
        ),
        sa.CheckConstraint(
            "basis <> 'transfer' OR (low_system = 'EURODAC' AND high_system = 'EURODAC')",
            name=op.f("ck_links_transfer"),
        ),
        sa.CheckConstraint("basis IN ('fingerprint', 'transfer')", name=op.f("ck_links_basis")),
        sa.CheckConstraint(
            "low_system <> high_system OR low_system = 'EURODAC'", name=op.f("ck_links_systems")
        ),
        sa.CheckConstraint(
            "state IN ('provisional', 'confirmed', 'rejected')", name=op.f("ck_links_state")
        ),
        sa.CheckConstraint("found_by IN (low, high)", name=op.f("ck_links_found_by")),
        sa.CheckConstraint("length(id) = 32 AND id = lower(id)", name=op.f("ck_links_id")),
        sa.CheckConstraint("low < high", name=op.f("ck_links_order")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_links_version")),
        sa.ForeignKeyConstraint(
            ["high", "high_system"],
            ["records.id", "records.system"],
            name=op.f("fk_links_high"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["low", "low_system"],
            ["records.id", "records.system"],
            name=op.f("fk_links_low"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("low", "high", name=op.f("uq_links_low_high")),
    )


def _create_link_terms() -> None:
    op.create_table(
        "link_terms",
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("llr", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_link_terms_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "position", name=op.f("pk_link_terms")),
    )


def _create_comparisons() -> None:
    op.create_table(
        "comparisons",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", _time(), nullable=False),
        sa.Column("done_at", _time(), nullable=True),
        sa.Column("searched", sa.Integer(), nullable=True),
        sa.Column("matcher_version", sa.Text(), nullable=True),
        sa.Column("gallery_high_water", _sequence(), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (state = 'pending')", name=op.f("ck_comparisons_done_at")
        ),
        sa.CheckConstraint(
            "(gallery_high_water IS NULL) = (state = 'pending')",
            name=op.f("ck_comparisons_gallery_high_water"),
        ),
        sa.CheckConstraint(
            "(matcher_version IS NULL) = (state = 'pending')",
            name=op.f("ck_comparisons_matcher_version"),
        ),
        sa.CheckConstraint(
            "(searched IS NULL) = (state = 'pending')", name=op.f("ck_comparisons_searched")
        ),
        sa.CheckConstraint("state IN ('pending', 'done')", name=op.f("ck_comparisons_state")),
        sa.CheckConstraint("searched >= 0", name=op.f("ck_comparisons_searched_range")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_comparisons_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_comparisons")),
    )
    op.create_index(
        op.f("ix_comparisons_state_requested_at"),
        "comparisons",
        ["state", "requested_at"],
        unique=False,
    )


def _create_hit_snapshots() -> None:
    op.create_table(
        "hit_snapshots",
        sa.Column("probe_id", sa.String(length=32), nullable=False),
        sa.Column("reference_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("received_at", _time(), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("probe_id <> reference_id", name=op.f("ck_hit_snapshots_two_records")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_hit_snapshots_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["probe_id"], ["records.id"], name=op.f("fk_hit_snapshots_probe_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["records.id"],
            name=op.f("fk_hit_snapshots_reference_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("probe_id", "reference_id", name=op.f("pk_hit_snapshots")),
    )
    op.create_index(op.f("ix_hit_snapshots_link_id"), "hit_snapshots", ["link_id"], unique=False)
    op.create_index(
        op.f("ix_hit_snapshots_reference_id"), "hit_snapshots", ["reference_id"], unique=False
    )


def _create_pushes() -> None:
    op.create_table(
        "pushes",
        sa.Column("id", _sequence(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_pushes_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pushes_record_id"), "pushes", ["record_id"], unique=False)

"""Files of the Entry/Exit System and applications of the Visa Information System."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIRTH_DAY = (
    "birth_day BETWEEN 1 AND CASE WHEN birth_month IN (4, 6, 9, 11) THEN 30"
    " WHEN birth_month <> 2 THEN 31"
    " WHEN (birth_year % 4 = 0 AND birth_year % 100 <> 0) OR birth_year % 400 = 0 THEN 29"
    " ELSE 28 END"
)


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_ees_files()
    _create_ees_crossings()
    _create_vis_applications()
    _create_vis_refusal_grounds()


def downgrade() -> None:
    for table in ("vis_refusal_grounds", "vis_applications", "ees_crossings", "ees_files"):
        op.drop_table(table)


def _create_ees_files() -> None:
    op.create_table(
        "ees_files",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        *_person_columns(),
        *_person_checks("ees_files"),
        sa.CheckConstraint("system = 'EES'", name=op.f("ck_ees_files_system")),
        sa.ForeignKeyConstraint(
            ["record_id", "system"],
            ["records.id", "records.system"],
            name=op.f("fk_ees_files_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_ees_files")),
    )


def _create_ees_crossings() -> None:
    op.create_table(
        "ees_crossings",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_state", sa.Text(), nullable=False),
        sa.Column("authorised_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "authorised_until IS NULL OR kind = 'entry'",
            name=op.f("ck_ees_crossings_authorised_until"),
        ),
        sa.CheckConstraint("kind IN ('entry', 'exit')", name=op.f("ck_ees_crossings_kind")),
        sa.CheckConstraint(
            "length(member_state) = 2 AND member_state = upper(member_state)",
            name=op.f("ck_ees_crossings_member_state"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["ees_files.record_id"],
            name=op.f("fk_ees_crossings_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "at", "kind", name=op.f("pk_ees_crossings")),
    )


def _create_vis_applications() -> None:
    op.create_table(
        "vis_applications",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("represented_member_state", sa.Text(), nullable=True),
        sa.Column("application_number", sa.Text(), nullable=False),
        *_person_columns(),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        *_person_checks("vis_applications"),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (state = 'applied')", name=op.f("ck_vis_applications_decided")
        ),
        sa.CheckConstraint(
            "(valid_from IS NOT NULL) = (state IN ('issued', 'annulled', 'revoked'))",
            name=op.f("ck_vis_applications_validity"),
        ),
        sa.CheckConstraint(
            "application_number <> ''", name=op.f("ck_vis_applications_application_number")
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'issued', 'refused', 'annulled', 'revoked')",
            name=op.f("ck_vis_applications_state"),
        ),
        sa.CheckConstraint("system = 'VIS'", name=op.f("ck_vis_applications_system")),
        sa.CheckConstraint(
            "(valid_from IS NULL) = (valid_until IS NULL)",
            name=op.f("ck_vis_applications_validity_complete"),
        ),
        sa.CheckConstraint(
            "decided_on >= lodged_on", name=op.f("ck_vis_applications_decided_after_lodging")
        ),
        sa.CheckConstraint(
            "length(represented_member_state) = 2"
            " AND represented_member_state = upper(represented_member_state)",
            name=op.f("ck_vis_applications_represented_member_state"),
        ),
        sa.CheckConstraint(
            "valid_from <= valid_until", name=op.f("ck_vis_applications_validity_order")
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "system"],
            ["records.id", "records.system"],
            name=op.f("fk_vis_applications_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_vis_applications")),
        sa.UniqueConstraint(
            "application_number", name=op.f("uq_vis_applications_application_number")
        ),
    )


def _create_vis_refusal_grounds() -> None:
    op.create_table(
        "vis_refusal_grounds",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.CheckConstraint("ground <> ''", name=op.f("ck_vis_refusal_grounds_ground")),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["vis_applications.record_id"],
            name=op.f("fk_vis_refusal_grounds_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_vis_refusal_grounds")),
    )


def _person_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
    )


def _person_checks(table: str) -> tuple[sa.CheckConstraint, ...]:
    conditions = {
        "sex": "sex IN ('M', 'F', 'X')",
        "birth_year": "birth_year BETWEEN 1800 AND 2199",
        "birth_month": "birth_month BETWEEN 1 AND 12",
        "birth_day_needs_month": "birth_day IS NULL OR birth_month IS NOT NULL",
        "birth_day": _BIRTH_DAY,
    }
    return tuple(
        sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
        for name, condition in conditions.items()
    )

"""The database itself refuses rows that the design does not know, in every table but datasets."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from eurodac import database, store
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, RecordId
from eurodac.tables import (
    Base,
    BiometricRow,
    ComparisonRow,
    DocumentRow,
    EesCrossingRow,
    HitSnapshotRow,
    IdempotencyRow,
    LinkRow,
    MetaRow,
    NameRow,
    NationalityRow,
    OutboxRow,
    RecordRow,
    SampleRow,
    VisApplicationRow,
)
from tests.eurodac import examples
from tests.eurodac.examples import AT
from tests.eurodac.refusals import execute, names, refused_by

A, B, NOBODY = RecordId("a" * 32), RecordId("b" * 32), RecordId("c" * 32)
DAY = date(2026, 6, 1)


LINK: dict[str, Any] = {
    "id": "d" * 32, "low": A, "low_system": "EURODAC", "high": B, "high_system": "EURODAC",
    "state": "provisional", "basis": "fingerprint", "score": 20.0, "threshold": 12.0,
    "matcher_version": "m/1", "found_by": A, "check_reason": "", "created_at": AT, "version": 1,
}  # fmt: skip
DECIDED = {"decided_at": AT, "decided_by": "x", "decision_reason": "y"}
BAD_UPDATES: list[tuple[type[Base], dict[str, Any], str]] = [
    (NameRow, {"kind": "nickname"}, "ck_names_kind"),
    (NameRow, {"surnames": "", "forenames": ""}, "ck_names_not_empty"),
    (NameRow, {"position": -1}, "ck_names_position"),
    (NationalityRow, {"code": "SY"}, "ck_nationalities_code"),
    (NationalityRow, {"code": "syr"}, "ck_nationalities_code"),
    (DocumentRow, {"issuing_country": "BR"}, "ck_documents_issuing_country"),
    (DocumentRow, {"number": ""}, "ck_documents_number_length"),
    (DocumentRow, {"type": "x" * 65}, "ck_documents_type_length"),
    (RecordRow, {"system": "FACEBOOK"}, "ck_records_system"),
    (RecordRow, {"member_state": "it"}, "ck_records_member_state"),
    (RecordRow, {"member_state": "ITA"}, "ck_records_member_state"),
    (BiometricRow, {"position": 0}, "ck_biometrics_position"),
    (BiometricRow, {"position": 11}, "ck_biometrics_position"),
    (BiometricRow, {"nfiq2": 101}, "ck_biometrics_nfiq2"),
    (BiometricRow, {"sealed": None}, "ck_biometrics_"),
    (BiometricRow, {"reason": "bandaged"}, "ck_biometrics_template_or_reason"),
    (BiometricRow, {"extractor": ""}, "ck_biometrics_extractor"),
    (BiometricRow, {"format_version": 0}, "ck_biometrics_format_version"),
    (SampleRow, {"kind": "voice"}, "ck_samples_"),
    (SampleRow, {"position": 11}, "ck_samples_position"),
    (SampleRow, {"kind": "finger", "position": 0}, "ck_samples_position"),
    (SampleRow, {"media_type": ""}, "ck_samples_media_type"),
    (EesCrossingRow, {"kind": "transit"}, "ck_ees_crossings_"),
    (EesCrossingRow, {"kind": "exit"}, "ck_ees_crossings_authorised_until"),
    (VisApplicationRow, {"state": "lost"}, "ck_vis_applications_"),
    (VisApplicationRow, {"state": "issued"}, "ck_vis_applications_"),
    (VisApplicationRow, {"decided_on": DAY}, "ck_vis_applications_decided"),
    (VisApplicationRow, {"valid_from": DAY, "valid_until": DAY}, "ck_vis_applications_validity"),
    (
        VisApplicationRow,
        {"state": "issued", "decided_on": DAY, "valid_from": DAY},
        "ck_vis_applications_validity_complete",
    ),
    (
        VisApplicationRow,
        {
            "state": "issued",
            "decided_on": DAY,
            "valid_from": DAY,
            "valid_until": DAY - timedelta(days=1),
        },
        "ck_vis_applications_validity_order",
    ),
    (
        VisApplicationRow,
        {"state": "refused", "decided_on": date(2025, 1, 1)},
        "ck_vis_applications_decided_after_lodging",
    ),
    (VisApplicationRow, {"represented_member_state": "LUX"}, "ck_vis_applications_represented"),
    (VisApplicationRow, {"application_number": ""}, "ck_vis_applications_application_number"),
    (LinkRow, {"low": B, "high": A}, "ck_links_order"),
    (LinkRow, {"low": A, "high": A}, "ck_links_"),
    (LinkRow, {"low_system": "EES", "high_system": "EES"}, "ck_links_systems"),
    (LinkRow, {"low_system": "VIS", "high_system": "VIS"}, "ck_links_systems"),
    (LinkRow, {"low_system": "EES"}, "FOREIGN KEY"),
    (LinkRow, {"state": "maybe"}, "ck_links_"),
    (LinkRow, {"basis": "rumour"}, "ck_links_basis"),
    (LinkRow, {"basis": "transfer"}, "ck_links_matcher_version"),
    (
        LinkRow,
        {"basis": "transfer", "matcher_version": "", "low_system": "EES"},
        "ck_links_transfer",
    ),
    (LinkRow, {"found_by": NOBODY}, "ck_links_found_by"),
    (LinkRow, {"version": 0}, "ck_links_version"),
    (LinkRow, {"state": "confirmed"}, "ck_links_deci"),
    (LinkRow, {"state": "rejected", **DECIDED, "decided_at": None}, "ck_links_decided_at"),
    (LinkRow, {"state": "rejected", **DECIDED, "decided_by": None}, "ck_links_decided_by"),
    (
        LinkRow,
        {"state": "rejected", **DECIDED, "decision_reason": None},
        "ck_links_decision_reason",
    ),
    (LinkRow, DECIDED, "ck_links_deci"),
    (MetaRow, {"id": 2}, "ck_meta_one_row"),
]
BAD_ROWS: list[tuple[type[Base], dict[str, Any], str]] = [
    (LinkRow, LINK, "uq_links_low_high"),
    (LinkRow, {**LINK, "high": NOBODY}, "FOREIGN KEY"),
    (NameRow, {"record_id": NOBODY, "position": 0, "kind": "alias", "surnames": "x",
               "forenames": ""}, "FOREIGN KEY"),
    (NationalityRow, {"record_id": A, "position": 1, "code": "SYR"}, "uq_nationalities"),
    (BiometricRow, {"record_id": NOBODY, "position": 1, "format_version": 1, "extractor": "",
                    "reason": "amputated"}, "FOREIGN KEY"),
    (ComparisonRow, {"record_id": A, "state": "done", "requested_at": AT}, "ck_comparisons_"),
    (ComparisonRow, {"record_id": A, "state": "pending", "requested_at": AT, "searched": 1},
     "ck_comparisons_searched"),
    (HitSnapshotRow, {"probe_id": A, "reference_id": A, "recipient": "IT", "received_at": AT,
                      "link_id": "d" * 32, "sealed": b""}, "ck_hit_snapshots_two_records"),
    (OutboxRow, {"topic": "gossip", "record_id": A, "created_at": AT}, "ck_outbox_topic"),
    (IdempotencyRow, {"scope": "s", "key": "", "body_sha256": "0" * 64, "record_id": A,
                      "created_at": AT}, "ck_idempotency_key"),
    (IdempotencyRow, {"scope": "s", "key": "k", "body_sha256": "0", "record_id": A,
                      "created_at": AT}, "ck_idempotency_body_sha256"),
    (RecordRow, {"id": "A" * 32, "system": "VIS", "member_state": "IT", "created_at": AT},
     "ck_records_id"),
]  # fmt: skip


@pytest.fixture
def filled(engine: Engine, kek: KeyEncryptionKey) -> Engine:
    """Two applicants, one EES file, one VIS application and a link."""
    with database.begin(engine) as session:
        for record_id in (A, B):
            dataset = examples.dataset(id=record_id)
            store.insert_dataset(session, dataset, capture=examples.capture(), kek=kek)
        store.insert_ees_file(session, examples.ees_file(), capture=Capture(), kek=kek)
        application = examples.vis_application()
        store.insert_vis_application(session, application, capture=Capture(), kek=kek)
        store.insert_link(session, examples.link(A, B))
    return engine


def test_bad_changes_are_refused(filled: Engine) -> None:
    accepted = []
    for table, changes, constraint in BAD_UPDATES:
        statement = update(table).values(**changes)
        if table is BiometricRow:
            statement = statement.where(BiometricRow.position == 1, BiometricRow.record_id == A)
        if table is SampleRow:
            statement = statement.where(SampleRow.kind == "face", SampleRow.record_id == A)
        message = refused_by(filled, statement)
        if not names(message, constraint):
            accepted.append((table, changes, constraint, message))
    assert accepted == []


def test_bad_rows_are_refused(filled: Engine) -> None:
    accepted = []
    for table, values, constraint in BAD_ROWS:
        message = refused_by(filled, insert(table).values(**values))
        if not names(message, constraint):
            accepted.append((table, values, constraint, message))
    assert accepted == []


def test_deleting_a_record_deletes_everything_below_it(filled: Engine) -> None:
    execute(filled, delete(RecordRow))
    with database.read(filled) as session:
        for table in Base.metadata.sorted_tables:
            left = session.scalar(select(func.count()).select_from(table))
            assert left == 0 or table.name in ("meta", "log_head"), table.name


def test_an_error_of_the_database_does_not_quote_the_row(filled: Engine) -> None:
    row = {"record_id": "canary", "position": 0, "code": "SYR"}
    with pytest.raises(IntegrityError) as refused, filled.begin() as connection:
        connection.execute(insert(NationalityRow), [row])
    assert "parameters hidden" in str(refused.value)
    if filled.dialect.name == "sqlite":  # PostgreSQL itself names the key that is missing
        assert "canary" not in str(refused.value)

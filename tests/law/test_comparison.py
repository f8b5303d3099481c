"""The comparison matrix: each kind of probe finds exactly what its row permits.

One person stands in every stored category of two States, marked and unmarked, and in EES and VIS.
A probe of the same fingers must find all that the law permits, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from eurodac import comparison, database, keys, store
from eurodac.galleries import Galleries
from eurodac.keys import KeyEncryptionKey
from eurodac.law import Rule, categories
from eurodac.law import comparison as law
from eurodac.law.comparison import ComparisonRule, FaceRule, MidTriggerRule, SystemsRule
from eurodac.record import (
    Capture,
    Category,
    Dataset,
    EesFile,
    Finger,
    MissingReason,
    Name,
    NameKind,
    PartialDate,
    RecordId,
    Sex,
    VisApplication,
    VisaState,
)
from matching.parameters import PERSON_THRESHOLD
from tests.law.messages import RECEIVED, STATE, minimal, read
from tests.matching.gallery.population import Person

Record = Dataset | EesFile | VisApplication
OTHER = "FR"
STORED = tuple(c for c in categories.CATEGORIES if c != "admission_query")
PERSON = Person(1358)
IDS: Iterator[int] = count(1)


class Where(NamedTuple):
    """What tells the stored records apart; category of EES and VIS is the system."""

    category: str
    state: str
    marked: bool


class World(NamedTuple):
    engine: Engine
    kek: KeyEncryptionKey
    galleries: Galleries
    stored: dict[RecordId, Where]


def capture(seed: int) -> Capture:
    fingers = PERSON.capture(seed).fingers
    return Capture(tuple(Finger(position, fingers[position], None) for position in fingers))


def dataset(category: str, subtype: str | None = None, *, state: str = STATE) -> Dataset:
    number = next(IDS)
    message = minimal(category, subtype, state=state)
    message["reference_number"] += str(number)
    found = read(message, state=state).dataset
    assert found is not None
    return replace(found, id=RecordId(f"{number:032x}"))


def ees_file() -> EesFile:
    return EesFile(
        id=RecordId(f"{next(IDS):032x}"),
        member_state=OTHER,
        names=(Name(NameKind.CURRENT, "EXAMPLE", "PERSON"),),
        nationalities=("BRA",),
        sex=Sex.FEMALE,
        date_of_birth=PartialDate(1990, 2, 11),
        documents=(),
        created_at=RECEIVED,
    )


def visa_application() -> VisApplication:
    number = next(IDS)
    return VisApplication(
        id=RecordId(f"{number:032x}"),
        member_state=OTHER,
        represented_member_state=None,
        application_number=f"{OTHER}{number}",
        names=(Name(NameKind.CURRENT, "EXAMPLE", "PERSON"),),
        nationalities=("SYR",),
        sex=Sex.FEMALE,
        date_of_birth=PartialDate(1990, 2, 11),
        documents=(),
        lodged_on=RECEIVED.date(),
        state=VisaState.APPLIED,
        created_at=RECEIVED,
    )


def store_record(session: Session, record: Record, *, kek: KeyEncryptionKey) -> Where:
    taken = capture(int(record.id, 16))
    if isinstance(record, EesFile):
        store.insert_ees_file(session, record, capture=taken, kek=kek)
        return Where("EES", record.member_state, False)
    if isinstance(record, VisApplication):
        store.insert_vis_application(session, record, capture=taken, kek=kek)
        return Where("VIS", record.member_state, False)
    store.insert_dataset(session, record, capture=taken, kek=kek)
    return Where(record.category.value, record.member_state, record.protection_mark)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    engine = database.create_engine(f"sqlite+pysqlite:///{folder / 'registry.db'}")
    database.upgrade(engine)
    kek = keys.create_kek(folder / "kek")
    galleries = Galleries(folder / "gallery")
    records: list[Record] = [ees_file(), visa_application()]
    for state in (STATE, OTHER):
        records += [dataset(category, state=state) for category in STORED]
        records.append(replace(dataset("applicant", state=state), protection_mark=True))
    stored: dict[RecordId, Where] = {}
    with database.begin(engine) as session:
        store.initialise(session, kek, at=RECEIVED)
        for record in records:
            stored[record.id] = store_record(session, record, kek=kek)
            store.append_outbox(session, store.Topic.ENROL, record_id=record.id, at=RECEIVED)
    with database.read(engine) as session:
        galleries.rebuild(session, kek=kek)
    yield World(engine, kek, galleries, stored)
    engine.dispose()


def found_by(world: World, record: Record) -> set[Where]:
    """Store a probe, compare it, say what it was linked with, and take everything back."""
    with database.begin(world.engine) as session, session.begin_nested() as savepoint:
        store_record(session, record, kek=world.kek)
        store.request_comparison(session, record.id, at=RECEIVED)
        outcome = comparison.compare_record(
            session, record.id, galleries=world.galleries, kek=world.kek, at=RECEIVED
        )
        savepoint.rollback()
    ends = {end for link in outcome.links for end in (link.low, link.high)} - {record.id}
    return {world.stored[end] for end in ends}


def permitted(world: World, row: ComparisonRule) -> set[Where]:
    """Read the row again, the slow way."""
    return {
        where
        for where in world.stored.values()
        if where.category in row.galleries
        and (where.marked or where.category not in row.marked_only)
        and (row.own_state or where.state != STATE)
    }


def marked(rules: Mapping[str, Rule]) -> list[object]:
    return [pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in rules.values()]


@pytest.mark.parametrize("row", marked(law.RULES))
def test_a_probe_finds_what_its_row_permits(world: World, row: ComparisonRule) -> None:
    if row.category == "admission_query":
        with database.read(world.engine) as session:
            answer = world.galleries.search(
                session,
                PERSON.capture(999),
                permit=comparison.permit_of_query(STATE),
                k=100,
                threshold=PERSON_THRESHOLD,
                kek=world.kek,
            )
        found = {world.stored[RecordId(candidate.key)] for candidate in answer.candidates}
    else:
        found = found_by(world, dataset(row.category, row.subtype))
    inside = {where for where in found if where.category in STORED}
    assert inside == permitted(world, row)
    assert bool(inside) is row.compared


def test_an_admission_query_finds_only_marked_applicants_of_other_states(world: World) -> None:
    """Given one unmarked and one marked applicant, then only the marked one is returned."""
    row = law.comparison_rule("admission_query", "none")
    applicants = {w for w in permitted(world, row) if w.category == "applicant"}
    assert applicants == {Where("applicant", OTHER, True)}


@pytest.mark.parametrize("row", marked(law.MID_TRIGGERS))
def test_only_a_complete_dataset_is_compared_with_other_systems(
    world: World, row: MidTriggerRule
) -> None:
    whole = dataset(row.category)
    others = set(law.systems_rule("EURODAC").searches)
    assert {w.category for w in found_by(world, whole) if w.category not in STORED} == others
    for field in ("facial_image", "place_of_birth"):
        assert field in row.needs
        gap = replace(dataset(row.category), missing=((field, MissingReason.REFUSED),))
        if field == "place_of_birth":
            gap = replace(gap, place_of_birth=None)
        assert {w.category for w in found_by(world, gap)} <= set(STORED)


@pytest.mark.parametrize("row", marked(law.SYSTEMS))
def test_systems_are_compared_with_each_other_and_never_with_themselves(
    world: World, row: SystemsRule
) -> None:
    probes: dict[str, Callable[[], Record]] = {
        "EES": ees_file,
        "VIS": visa_application,
        "EURODAC": lambda: dataset("applicant"),
    }
    found = {w.category for w in found_by(world, probes[row.system]())}
    systems = {"EURODAC" if category in STORED else category for category in found}
    assert systems - {"EURODAC"} == set(row.searches) - {"EURODAC"}
    if row.system != "EURODAC":
        assert row.system not in systems
        assert ("EURODAC" in systems) is ("EURODAC" in row.searches)
        assert set(STORED) <= found


@pytest.mark.parametrize("row", marked(law.FACES))
def test_faces_are_not_compared_before_they_are_introduced(world: World, row: FaceRule) -> None:
    """Given no usable prints, when a dataset with a face is sent, then stored, not comparable."""
    for category in row.probes:
        assert law.face_rule(category) is row
        if category == Category.ADMISSION_QUERY:
            assert "missing" not in minimal(category)
            assert not categories.field_rule(category, "fingerprints").missing_reason_allowed
            continue
        face_only = replace(dataset(category), missing=(("fingerprints", MissingReason.AMPUTATED),))
        with database.begin(world.engine) as session:
            store.insert_dataset(session, face_only, capture=Capture(), kek=world.kek)
            store.request_comparison(session, face_only.id, at=RECEIVED)
            outcome = comparison.compare_record(
                session, face_only.id, galleries=world.galleries, kek=world.kek, at=RECEIVED
            )
        assert (outcome.comparable, outcome.links) == (row.introduced, ())

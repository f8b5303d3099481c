"""EES individual files and VIS application files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from eurodac.errors import ConflictError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import (
    Capture,
    EesCrossing,
    EesFile,
    PartialDate,
    RecordId,
    Sex,
    System,
    VisApplication,
    VisaState,
)
from eurodac.store.captures import insert_capture
from eurodac.store.records import (
    People,
    affected,
    chunks,
    insert_record,
    load_people,
    not_found,
    replace_people,
    rows,
)
from eurodac.tables import (
    EesCrossingRow,
    EesFileRow,
    RecordRow,
    VisApplicationRow,
    VisRefusalGroundRow,
)

__all__ = [
    "add_crossing",
    "find_vis_application",
    "get_ees_file",
    "get_ees_files",
    "get_vis_application",
    "get_vis_applications",
    "insert_ees_file",
    "insert_vis_application",
    "update_visa",
]


def insert_ees_file(
    session: Session, file: EesFile, *, capture: Capture, kek: KeyEncryptionKey
) -> None:
    """Store an EES file with its crossings and prints."""
    insert_record(
        session, file.id, system=System.EES, member_state=file.member_state, at=file.created_at
    )
    values = {"record_id": file.id, "system": System.EES.value, **_person(file)}
    session.execute(insert(EesFileRow), [values])
    people = People(file.names, file.nationalities, file.documents)
    replace_people(session, file.id, people)
    for crossing in file.crossings:
        add_crossing(session, file.id, crossing=crossing)
    insert_capture(session, file.id, capture, kek=kek)


def add_crossing(session: Session, record_id: RecordId, *, crossing: EesCrossing) -> None:
    """Add an entry or exit record.

    Raises:
        ConflictError: ``crossing_recorded``: the same crossing is there already.
        NotFoundError: no such EES file.
    """
    if not rows(session, select(EesFileRow).where(EesFileRow.record_id == record_id)):
        raise not_found()
    same = (
        EesCrossingRow.record_id == record_id,
        EesCrossingRow.at == crossing.at,
        EesCrossingRow.kind == crossing.kind,
    )
    if rows(session, select(EesCrossingRow).where(*same)):
        raise ConflictError("crossing_recorded", "this entry or exit is recorded already")
    values = {
        "record_id": record_id,
        "at": crossing.at,
        "kind": crossing.kind,
        "member_state": crossing.member_state,
        "authorised_until": crossing.authorised_until,
    }
    session.execute(insert(EesCrossingRow), [values])


def get_ees_file(session: Session, record_id: RecordId) -> EesFile:
    """Load an EES file.

    Raises:
        NotFoundError: no such EES file.
    """
    found = get_ees_files(session, [record_id])
    if record_id not in found:
        raise not_found()
    return found[record_id]


def get_ees_files(session: Session, record_ids: Iterable[RecordId]) -> dict[RecordId, EesFile]:
    """Load EES files, crossings by time; ids of anything else are left out."""
    found: dict[RecordId, EesFile] = {}
    for chunk in chunks(record_ids):
        crossings: defaultdict[str, list[EesCrossing]] = defaultdict(list)
        for row in rows(
            session,
            select(EesCrossingRow)
            .where(EesCrossingRow.record_id.in_(chunk))
            .order_by(EesCrossingRow.at, EesCrossingRow.kind),
        ):
            crossings[row.record_id].append(
                EesCrossing(row.kind, row.at, row.member_state, row.authorised_until)
            )
        files = rows(session, select(EesFileRow).where(EesFileRow.record_id.in_(chunk)))
        roots = _roots(session, [RecordId(row.record_id) for row in files])
        people = load_people(session, roots)
        for file in files:
            record_id = RecordId(file.record_id)
            found[record_id] = EesFile(
                id=record_id,
                member_state=roots[record_id].member_state,
                created_at=roots[record_id].created_at,
                sex=Sex(file.sex),
                date_of_birth=PartialDate(file.birth_year, file.birth_month, file.birth_day),
                crossings=tuple(crossings[record_id]),
                names=people[record_id].names,
                nationalities=people[record_id].nationalities,
                documents=people[record_id].documents,
            )
    return found


def insert_vis_application(
    session: Session, application: VisApplication, *, capture: Capture, kek: KeyEncryptionKey
) -> None:
    """Store a VIS application with its prints.

    Raises:
        ConflictError: ``application_number_taken``.
        ValueError: ``created_at`` is None.
    """
    if application.created_at is None:
        raise ValueError("created_at of a stored VIS application is None; pass a UTC-aware time")
    if find_vis_application(session, application.application_number) is not None:
        raise ConflictError(
            "application_number_taken", "a VIS application with this number is stored already"
        )
    insert_record(
        session,
        application.id,
        system=System.VIS,
        member_state=application.member_state,
        at=application.created_at,
    )
    values = {
        "record_id": application.id,
        "system": System.VIS.value,
        "represented_member_state": application.represented_member_state,
        "application_number": application.application_number,
        "lodged_on": application.lodged_on,
        **_person(application),
        **_decision(application),
    }
    session.execute(insert(VisApplicationRow), [values])
    people = People(application.names, application.nationalities, application.documents)
    replace_people(session, application.id, people)
    _insert_grounds(session, application)
    insert_capture(session, application.id, capture, kek=kek)


def update_visa(session: Session, application: VisApplication) -> None:
    """Store the decision on an application: state, day, validity, grounds; nothing else.

    Raises:
        NotFoundError: no such application.
    """
    done = session.execute(
        update(VisApplicationRow)
        .where(VisApplicationRow.record_id == application.id)
        .values(**_decision(application))
        .execution_options(synchronize_session=False)
    )
    if affected(done) == 0:
        raise not_found()
    session.execute(
        delete(VisRefusalGroundRow).where(VisRefusalGroundRow.record_id == application.id)
    )
    _insert_grounds(session, application)


def get_vis_application(session: Session, record_id: RecordId) -> VisApplication:
    """Load a VIS application.

    Raises:
        NotFoundError: no such application.
    """
    found = get_vis_applications(session, [record_id])
    if record_id not in found:
        raise not_found()
    return found[record_id]


def find_vis_application(session: Session, application_number: str) -> VisApplication | None:
    """Find the application with a number."""
    found = session.scalar(
        select(VisApplicationRow.record_id).where(
            VisApplicationRow.application_number == application_number
        )
    )
    return None if found is None else get_vis_application(session, RecordId(found))


def get_vis_applications(
    session: Session, record_ids: Iterable[RecordId]
) -> dict[RecordId, VisApplication]:
    """Load VIS applications; ids of anything else are left out."""
    found: dict[RecordId, VisApplication] = {}
    for chunk in chunks(record_ids):
        grounds: defaultdict[str, list[str]] = defaultdict(list)
        for ground in rows(
            session,
            select(VisRefusalGroundRow)
            .where(VisRefusalGroundRow.record_id.in_(chunk))
            .order_by(VisRefusalGroundRow.position),
        ):
            grounds[ground.record_id].append(ground.ground)
        in_chunk = VisApplicationRow.record_id.in_(chunk)
        applications = rows(session, select(VisApplicationRow).where(in_chunk))
        roots = _roots(session, [RecordId(row.record_id) for row in applications])
        people = load_people(session, roots)
        for row in applications:
            record_id = RecordId(row.record_id)
            found[record_id] = _application(
                row, roots[record_id], people[record_id], tuple(grounds[record_id])
            )
    return found


def _application(
    row: VisApplicationRow, root: RecordRow, people: People, grounds: tuple[str, ...]
) -> VisApplication:
    return VisApplication(
        id=RecordId(row.record_id),
        member_state=root.member_state,
        represented_member_state=row.represented_member_state,
        application_number=row.application_number,
        names=people.names,
        nationalities=people.nationalities,
        sex=Sex(row.sex),
        date_of_birth=PartialDate(row.birth_year, row.birth_month, row.birth_day),
        documents=people.documents,
        lodged_on=row.lodged_on,
        state=VisaState(row.state),
        decided_on=row.decided_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        refusal_grounds=grounds,
        created_at=root.created_at,
    )


def _roots(session: Session, record_ids: list[RecordId]) -> dict[RecordId, RecordRow]:
    statement = select(RecordRow).where(RecordRow.id.in_(record_ids))
    return {RecordId(row.id): row for row in rows(session, statement)}


def _person(value: EesFile | VisApplication) -> dict[str, Any]:
    birth = value.date_of_birth
    return {
        "sex": value.sex.value,
        "birth_year": birth.year,
        "birth_month": birth.month,
        "birth_day": birth.day,
    }


def _decision(application: VisApplication) -> dict[str, Any]:
    return {
        "state": application.state.value,
        "decided_on": application.decided_on,
        "valid_from": application.valid_from,
        "valid_until": application.valid_until,
    }


def _insert_grounds(session: Session, application: VisApplication) -> None:
    grounds = [
        {"record_id": application.id, "position": position, "ground": ground}
        for position, ground in enumerate(application.refusal_grounds)
    ]
    if grounds:
        session.execute(insert(VisRefusalGroundRow), grounds)

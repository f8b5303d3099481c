"""EES files and VIS applications."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from eurodac import database, store
from eurodac.errors import ConflictError, NotFoundError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, EesCrossing, RecordId, System, VisApplication, VisaState
from tests.eurodac import examples
from tests.eurodac.examples import AT

ISSUED = {
    "state": VisaState.ISSUED,
    "decided_on": date(2026, 2, 1),
    "valid_from": date(2026, 3, 1),
    "valid_until": date(2026, 5, 30),
}


def test_an_ees_file_comes_back_with_its_crossings(engine: Engine, kek: KeyEncryptionKey) -> None:
    file = examples.ees_file()
    leaving = EesCrossing("exit", AT + timedelta(days=30), "ES", None)
    before = EesCrossing("exit", AT - timedelta(days=300), "PT", None)
    with database.begin(engine) as session:
        store.insert_ees_file(session, file, capture=examples.capture(), kek=kek)
        store.add_crossing(session, file.id, crossing=leaving)
        store.add_crossing(session, file.id, crossing=before)
    whole = replace(file, crossings=(before, *file.crossings, leaving))
    with database.read(engine) as session:
        assert store.get_ees_file(session, file.id) == whole
        assert store.get_ees_files(session, [RecordId("0" * 32), file.id]) == {file.id: whole}
        assert store.system_of(session, file.id) is System.EES
        stored = store.load_capture(session, file.id, kek=kek)
    assert examples.same_capture(stored, examples.capture())


def test_the_same_crossing_is_recorded_once(engine: Engine, kek: KeyEncryptionKey) -> None:
    file = examples.ees_file()
    with database.begin(engine) as session:
        store.insert_ees_file(session, file, capture=Capture(), kek=kek)
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.add_crossing(session, file.id, crossing=file.crossings[0])
    assert caught.value.code == "crossing_recorded"
    with pytest.raises(NotFoundError), database.begin(engine) as session:
        store.add_crossing(session, RecordId("0" * 32), crossing=file.crossings[0])


@pytest.mark.parametrize(
    "application",
    [
        examples.vis_application(),
        examples.vis_application(represented_member_state=None, **ISSUED),
        examples.vis_application(
            state=VisaState.REFUSED, decided_on=date(2026, 2, 1), refusal_grounds=("ii", "a(vi)")
        ),
    ],
    ids=["applied", "issued", "refused"],
)
def test_a_vis_application_comes_back_as_it_was_stored(
    engine: Engine, kek: KeyEncryptionKey, application: VisApplication
) -> None:
    with database.begin(engine) as session:
        store.insert_vis_application(session, application, capture=examples.capture(), kek=kek)
    with database.read(engine) as session:
        assert store.get_vis_application(session, application.id) == application
        number = application.application_number
        assert store.find_vis_application(session, number) == application
        assert store.find_vis_application(session, number + "X") is None
        assert store.get_ees_files(session, [application.id]) == {}


def test_a_visa_is_issued_and_revoked(engine: Engine, kek: KeyEncryptionKey) -> None:
    application = examples.vis_application()
    issued = replace(application, **ISSUED)  # type: ignore[arg-type]
    revoked = replace(
        issued,
        state=VisaState.REVOKED,
        decided_on=date(2026, 4, 1),
        refusal_grounds=("conditions no longer met",),
    )
    with database.begin(engine) as session:
        store.insert_vis_application(session, application, capture=Capture(), kek=kek)
    for step in (issued, revoked):
        with database.begin(engine) as session:
            store.update_visa(session, step)
        with database.read(engine) as session:
            assert store.get_vis_application(session, application.id) == step
    with pytest.raises(NotFoundError), database.begin(engine) as session:
        store.update_visa(session, examples.vis_application())


def test_an_application_number_is_taken_once(engine: Engine, kek: KeyEncryptionKey) -> None:
    first = examples.vis_application()
    second = examples.vis_application(application_number=first.application_number)
    with database.begin(engine) as session:
        store.insert_vis_application(session, first, capture=Capture(), kek=kek)
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.insert_vis_application(session, second, capture=Capture(), kek=kek)
    assert caught.value.code == "application_number_taken"


def test_an_application_without_its_time_is_refused(engine: Engine, kek: KeyEncryptionKey) -> None:
    application = examples.vis_application(created_at=None)
    with pytest.raises(ValueError, match="created_at"), database.begin(engine) as session:
        store.insert_vis_application(session, application, capture=Capture(), kek=kek)

"""A registry with a gallery beside it, for tests of galleries."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from eurodac import database, store
from eurodac.galleries import Galleries, engine_maker
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, Dataset, RecordId, System
from matching.gallery.protocol import CandidateList, GalleryEngine, Permit
from matching.template import FingerSet
from tests.eurodac.examples import AT, capture, dataset, ees_file, vis_application

EVERYTHING = Permit()
LOWEST = -1e9
Maker = Callable[[], GalleryEngine]


class World:
    """A registry with a gallery beside it, and the few steps that a registry takes."""

    def __init__(self, engine: Engine, kek: KeyEncryptionKey, *, folder: Path, make: Maker) -> None:
        self.engine, self.kek, self.folder, self.make = engine, kek, folder, make
        self.galleries = Galleries(folder, make)

    def again(self) -> "World":
        """The same registry as another process opens it."""
        return World(self.engine, self.kek, folder=self.folder, make=self.make)

    def enrol(self, seed: int, **changes: object) -> RecordId:
        made = dataset(**changes)  # type: ignore[arg-type]
        with database.begin(self.engine) as session:
            store.insert_dataset(session, made, capture=capture(seed), kek=self.kek)
            store.append_outbox(session, store.Topic.ENROL, record_id=made.id, at=AT)
        return made.id

    def enrol_other(self, seed: int, system: System) -> RecordId:
        with database.begin(self.engine) as session:
            if system is System.EES:
                file = ees_file()
                store.insert_ees_file(session, file, capture=capture(seed), kek=self.kek)
                made = file.id
            else:
                application = vis_application()
                store.insert_vis_application(
                    session, application, capture=capture(seed), kek=self.kek
                )
                made = application.id
            store.append_outbox(session, store.Topic.ENROL, record_id=made, at=AT)
        return made

    def change(self, record_id: RecordId, change: Callable[[Dataset], Dataset]) -> None:
        with database.begin(self.engine) as session:
            store.update_dataset(session, change(store.get_dataset(session, record_id)))
            store.append_outbox(session, store.Topic.RELABEL, record_id=record_id, at=AT)

    def recapture(self, record_id: RecordId, taken: Capture) -> None:
        with database.begin(self.engine) as session:
            store.replace_capture(session, record_id, capture=taken, kek=self.kek)
            store.append_outbox(session, store.Topic.ENROL, record_id=record_id, at=AT)

    def erase(self, record_id: RecordId) -> None:
        with database.begin(self.engine) as session:
            store.erase_record(session, record_id, at=AT)

    def open(self, galleries: Galleries | None = None) -> tuple[bool, str, int]:
        with database.read(self.engine) as session:
            opened = (galleries or self.galleries).load_or_rebuild(session, kek=self.kek)
        return opened.rebuilt, opened.reason, opened.count

    def save(self) -> int:
        with database.read(self.engine) as session:
            return self.galleries.save(session, kek=self.kek).origin.high_water_mark

    def search(self, seed: int, permit: Permit = EVERYTHING) -> CandidateList:
        fingers = {f.position: f.template for f in capture(seed).fingers if f.template is not None}
        with database.read(self.engine) as session:
            return self.galleries.search(
                session, FingerSet(fingers), permit=permit, k=9, threshold=LOWEST, kek=self.kek
            )

    def best(self, seed: int, permit: Permit = EVERYTHING) -> str:
        return self.search(seed, permit).candidates[0].key

    def agrees(self) -> bool:
        with database.read(self.engine) as session:
            return self.galleries.check(session, kek=self.kek).agrees


def sealed_maker(folder: Path) -> Maker:
    """Minutiae in sealed files."""
    return engine_maker("native", rows_folder=folder / "rows")

"""The name index follows the database as the gallery does."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eurodac import database, store
from eurodac.errors import NotReadyError
from eurodac.galleries import NameIndex, permit_for
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, Document, Name, NameKind, PartialDate, RecordId, Sex, System
from matching.errors import GalleryStaleError
from matching.gallery.protocol import Permit
from matching.identity.gallery import IdentityGallery
from tests.eurodac.examples import AT, dataset
from tests.eurodac.gallery_world import World
from tests.matching.identity.people import BORN, who

EVERYTHING = Permit()
MIRA = (Name(NameKind.CURRENT, "Muster", "Mira"),)
YUSUF = (Name(NameKind.CURRENT, "الحلبي", "يوسف"), Name(NameKind.ALIAS, "", "Joseph Alepino"))


class Names:
    """A registry with a name index beside it."""

    def __init__(self, world: World) -> None:
        self.world, self.engine, self.kek = world, world.engine, world.kek
        self.index = NameIndex(world.folder)

    def again(self) -> "Names":
        """The same registry as another process opens it."""
        return Names(self.world)

    def enrol(self, *names: Name, **changes: object) -> RecordId:
        return self.world.enrol(1, names=names, **changes)

    def open(self) -> tuple[bool, str, int]:
        with database.read(self.engine) as session:
            opened = self.index.load_or_rebuild(session, kek=self.kek)
        return opened.rebuilt, opened.reason, opened.count

    def save(self) -> None:
        with database.read(self.engine) as session:
            self.index.save(session, kek=self.kek)

    def find(self, text: str, permit: Permit = EVERYTHING, **known: object) -> list[str]:
        with database.read(self.engine) as session:
            probe = replace(who(text, None, ""), sex="", **known)  # type: ignore[arg-type]
            found = self.index.search(session, probe, permit=permit, k=9, kek=self.kek)
        return [near.key for near in found.nearest]

    def agrees(self) -> bool:
        with database.read(self.engine) as session:
            return self.index.check(session, kek=self.kek).agrees


@pytest.fixture
def names(engine: Engine, kek: KeyEncryptionKey, tmp_path: Path) -> Names:
    return Names(World(engine, kek, folder=tmp_path / "names", make=lambda: pytest.fail("fingers")))


def test_a_new_record_is_found_by_every_name_it_has(names: Names) -> None:
    assert names.open() == (True, "snapshot_missing", 0)
    mira, yusuf = names.enrol(*MIRA), names.enrol(*YUSUF)
    assert names.find("Yusuf al-Halabi")[0] == yusuf
    assert names.find("Alepino Joseph")[0] == yusuf
    assert names.find("Mira Muster")[0] == mira
    assert names.agrees()


def test_a_record_without_usable_fingers_is_found_too(names: Names) -> None:
    names.open()
    made = dataset(names=MIRA)
    with database.begin(names.engine) as session:
        store.insert_dataset(session, made, capture=Capture(), kek=names.kek)
        store.append_outbox(session, store.Topic.ENROL, record_id=made.id, at=AT)
    assert names.find("Mira Muster") == [made.id]
    assert names.agrees()


def test_a_record_whose_name_has_no_letter_is_kept(names: Names) -> None:
    names.open()
    born = PartialDate(BORN.year, BORN.month, BORN.day)
    nameless = names.enrol(Name(NameKind.CURRENT, "...", "?"), date_of_birth=born)
    odd = names.enrol(*MIRA, date_of_birth=PartialDate(1971), sex=Sex.UNSPECIFIED)
    assert names.find("Mira Muster")[0] == odd
    assert nameless in names.index._opened().engine.labels()
    assert names.find("Nobody", births=(BORN,)) == [nameless]
    assert names.agrees()


def test_a_changed_mark_moves_a_record_into_another_permit(names: Names) -> None:
    names.open()
    record_id = names.enrol(*MIRA)
    marked = permit_for(categories=["applicant"], marked_only=["applicant"])
    assert names.find("Mira Muster", marked) == []
    names.world.change(record_id, lambda d: replace(d, protection_mark=True))
    assert names.find("Mira Muster", marked) == [record_id]
    assert names.agrees()


def test_records_of_the_three_systems_stand_in_one_index(names: Names) -> None:
    names.open()
    eurodac = names.enrol(*MIRA)
    ees, vis = (names.world.enrol_other(9, system) for system in (System.EES, System.VIS))
    assert names.find("Ana Exemplo", permit_for(systems=["EES"])) == [ees]
    assert names.find("Mira Muster", permit_for(systems=["EES", "VIS"]))[0] == vis
    assert names.find("Mira Muster", permit_for(categories=["applicant"])) == [eurodac]
    assert names.find("Mira Muster", permit_for(categories=["applicant"], only_state="FR")) == []
    assert names.agrees()


def test_an_erased_record_leaves_index_and_disk(names: Names) -> None:
    names.open()
    mira, yusuf = names.enrol(*MIRA), names.enrol(*YUSUF)
    names.save()
    assert sorted(names.world.folder.rglob("part-*.bin"))
    names.world.erase(yusuf)
    assert names.find("Yusuf al-Halabi") == []
    assert names.find("Mira Muster") == [mira]
    assert [path for path in names.world.folder.iterdir() if path.name != "lock"] == []
    assert names.agrees()


def test_the_snapshot_is_used_and_brought_up_to_date(names: Names) -> None:
    names.open()
    mira, gone = names.enrol(*MIRA), names.enrol(Name(NameKind.CURRENT, "Gone", "Soon"))
    names.save()
    late = names.enrol(*YUSUF)
    names.world.erase(gone)
    later = names.again()
    assert later.open() == (False, "", 2)
    assert later.find("Yusuf al-Halabi") == [late]
    assert later.find("Mira Muster") == [mira]
    assert later.find("Gone Soon") == []
    assert later.agrees()


def test_a_document_number_is_followed_kept_and_erased(names: Names) -> None:
    names.open()
    card = (Document("P", "YE 0123456", "YEM", None),)
    kept, gone = names.enrol(*MIRA, documents=card), names.enrol(*YUSUF, documents=card)
    number = ("yeO123456",)
    assert names.find("Nobody", names=(), documents=number) == [kept, gone]
    names.save()
    names.world.erase(gone)
    later = names.again()
    assert later.open() == (False, "", 1)
    for index in (names, later):
        assert index.find("Nobody", names=(), documents=number) == [kept]


@pytest.mark.parametrize("where", ["part-*.bin", "manifest.json"])
def test_a_damaged_snapshot_is_rebuilt(names: Names, where: str) -> None:
    names.open()
    mira = names.enrol(*MIRA)
    names.save()
    file = max(names.world.folder.rglob(where), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    fresh = names.again()
    rebuilt, reason, count = fresh.open()
    assert (rebuilt, reason.partition("_")[2], count) == (True, "corrupt", 1)
    assert fresh.find("Mira Muster") == [mira]
    assert names.again().open() == (False, "", 1)


def test_a_snapshot_of_another_layout_is_rebuilt(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change of the tables by which names are read."""
    names.open()
    names.enrol(*MIRA)
    names.save()
    monkeypatch.setattr(IdentityGallery, "layout", "identities of tomorrow")
    assert names.again().open() == (True, "snapshot_layout", 1)


def test_a_database_that_went_back_and_on_is_noticed(names: Names) -> None:
    """As after a restore: the outbox has another row under the same number."""
    names.open()
    names.enrol(*MIRA)
    lost = names.enrol(*YUSUF)
    names.find("Mira Muster")
    names.save()
    with database.begin(names.engine) as session:
        store.erase_record(session, lost, at=AT)
        session.connection().exec_driver_sql("DELETE FROM outbox WHERE seq >= 2")
        made = dataset(names=(Name(NameKind.CURRENT, "Other", "Somebody"),))
        store.insert_dataset(session, made, capture=Capture(), kek=names.kek)
        session.connection().exec_driver_sql(
            "INSERT INTO outbox (seq, topic, record_id, created_at) "
            f"SELECT 2, topic, '{made.id}', created_at FROM outbox WHERE seq = 1"
        )
    with database.read(names.engine) as session:
        assert not names.index.ready(session)
    with pytest.raises(NotReadyError, match="gallery") as caught:
        names.find("Mira Muster")
    assert caught.value.code == "gallery_history"
    restarted = names.again()
    assert restarted.open() == (True, "snapshot_history", 2)
    assert restarted.find("Somebody Other") == [made.id]
    assert restarted.find("Yusuf al-Halabi") == []


def test_an_index_without_a_record_of_the_database_is_not_used(names: Names) -> None:
    names.open()
    names.enrol(*MIRA)
    names.save()
    with database.begin(names.engine) as session:  # a record that never came into the outbox
        store.insert_dataset(session, dataset(), capture=Capture(), kek=names.kek)
    with database.read(names.engine) as session, pytest.raises(GalleryStaleError) as caught:
        names.again().index.load(session, kek=names.kek)
    assert caught.value.code == "snapshot_incomplete"


def test_before_it_is_opened_the_index_never_says_nobody(names: Names) -> None:
    names.enrol(*MIRA)
    with pytest.raises(NotReadyError) as caught:
        names.find("Mira Muster")
    assert caught.value.code == "gallery_closed"


def test_the_check_names_every_difference(names: Names) -> None:
    names.open()
    kept, changed, missing = (names.enrol(*MIRA) for _ in range(3))
    names.find("Mira Muster")
    engine = names.index._opened().engine
    engine.erase([missing])
    engine.relabel(changed, 1)
    names.enrol(*YUSUF)
    with database.read(names.engine) as session:
        report = names.index.check(session, kek=names.kek)
    assert (report.count, report.expected, report.behind) == (2, 4, True)
    assert missing in report.missing
    assert report.mislabelled == (changed,)
    assert kept in engine.labels()


def test_stored_identities_are_those_of_the_records(names: Names) -> None:
    record_id = names.enrol(*YUSUF, nationalities=("SYR", "LBN"), date_of_birth=PartialDate(1990))
    ees = names.world.enrol_other(9, System.EES)
    with database.read(names.engine) as session:
        found = store.find_identities(session, [record_id, ees, RecordId("0" * 32)])
        assert {one.record_id: one for one in store.identities(session)} == found
        assert store.record_ids(session) == {record_id, ees}
    one, other = found[record_id], found[ees]
    assert (one.names, one.nationalities) == (YUSUF, ("SYR", "LBN"))
    assert (one.date_of_birth, one.system) == (PartialDate(1990), System.EURODAC)
    assert (other.system, other.member_state, other.category) == (System.EES, "FR", None)
    assert (other.sex, other.date_of_birth) == (Sex.FEMALE, PartialDate(1985, 12, 31))

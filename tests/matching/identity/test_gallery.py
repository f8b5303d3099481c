import threading
from dataclasses import replace
from pathlib import Path

import pytest

from matching.date import PartialDate
from matching.errors import GalleryCorruptError
from matching.gallery import snapshot
from matching.gallery.manifest import Origin
from matching.gallery.protocol import Permit
from matching.identity import Comparer, Identity, parts
from matching.identity.gallery import IdentityGallery, IdentityReference
from matching.name.read import read_name
from tests.matching.gallery.sealer import AesSealer
from tests.matching.identity.people import gallery, parts_of, person, who

EVERYBODY = Permit()
THREE = (
    person("halabi", "Yusuf al-Halabi", "Joseph Alepino", attributes=1),
    person("rahimi", "Ahmad Rahimi", attributes=2),
    person("tesfay", "ሰላም ተስፋይ", attributes=4),
)


def keys(held: IdentityGallery, probe: Identity, permit: Permit = EVERYBODY) -> list[str]:
    return [near.key for near in held.search(probe, permit=permit, k=10).nearest]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("يوسف الحلبي", "halabi"),
        ("Alepino Joseph", "halabi"),
        ("Ahmed Raheemi", "rahimi"),
        ("Selam Tesfay", "tesfay"),
    ],
)
def test_the_person_comes_first_in_any_script(text: str, expected: str) -> None:
    held = gallery(*THREE)
    found = held.search(who(text, None), permit=EVERYBODY, k=10)
    assert found.nearest[0].key == expected
    assert all(near.bits < found.nearest[0].bits for near in found.nearest[1:])
    assert found.searched == 4


def test_a_permit_is_applied_before_anything_is_compared() -> None:
    held = gallery(*THREE)
    probe = who("Halabi Rahimi Tesfay")
    assert set(keys(held, probe, Permit((0b110,)))) == {"rahimi", "tesfay"}
    assert held.search(probe, permit=Permit((0b110,)), k=9).searched == 2
    assert keys(held, probe, Permit((0b011, 0b010))) == ["rahimi"]
    assert keys(held, probe, Permit((0,))) == []
    assert "halabi" not in keys(held, probe, Permit(excluded=frozenset(["halabi"])))


def test_a_relabelled_reference_moves_into_another_permit() -> None:
    held = gallery(*THREE)
    assert held.relabel("halabi", 8)
    assert not held.relabel("nobody", 8)
    assert keys(held, who("Yusuf Halabi"), Permit((8,))) == ["halabi"]
    assert held.search(who("Yusuf Halabi"), permit=Permit((8,)), k=1).searched == 2
    assert keys(held, who("Yusuf Halabi"), Permit((1,))) == []
    assert held.labels() == {"halabi": 8, "rahimi": 2, "tesfay": 4}


def test_a_reference_that_is_enrolled_again_is_replaced() -> None:
    held = gallery(*THREE)
    held.enrol([person("halabi", "Karim Mansour")])
    assert len(held) == 3
    assert keys(held, who("Karim Mansour"))[0] == "halabi"
    found = held.search(who("Yusuf Halabi", None, ""), permit=Permit((1,)), k=3)
    assert (found.searched, found.nearest) == (1, ())


def test_erasure_overwrites_rows_keys_and_words_that_nobody_else_has() -> None:
    held = gallery(*THREE)
    parts_before = list(held._index._segments.parts(words=len(held._index.vocabulary)))
    count = int((held._index.vocabulary.words["length"] > 0).sum())
    assert held.erase(["halabi", "nobody"]) == 1
    assert keys(held, who("Yusuf Halabi"), Permit((1,))) == []
    assert held.search(who("Yusuf Halabi"), permit=EVERYBODY, k=1).searched == 2
    assert [int((part.owners == 1).sum()) for part in parts_before] == [0]
    assert int((held._index.vocabulary.words["length"] > 0).sum()) < count
    assert b"halabi" not in held._owners._keys.tobytes()
    assert b"halabi" not in b"".join(parts_of(held))


def test_a_cleared_gallery_holds_nobody() -> None:
    held = gallery(*THREE)
    held.clear()
    assert (len(held), held.labels()) == (0, {})
    assert b"halabi" not in held._owners._keys.tobytes()


def test_a_reference_without_a_name_is_found_by_its_date() -> None:
    held = gallery(IdentityReference("x", 1, (), PartialDate(1981, 7, 9)), *THREE)
    found = held.search(who("Nobody", PartialDate(1981, 7, 9), ""), permit=EVERYBODY, k=1)
    assert found.nearest[0].key == "x"


def test_an_empty_gallery_finds_nobody() -> None:
    found = IdentityGallery().search(who("Yusuf"), permit=EVERYBODY, k=5)
    assert (found.nearest, found.searched) == ((), 0)


@pytest.mark.parametrize("key", ["", "k" * 65, "é", "a\0", "a\n"])
def test_a_key_that_no_index_holds_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="reference key"):
        gallery(person(key, "Ahmad"))


@pytest.mark.parametrize("attributes", [-1, 1 << 64])
def test_an_attribute_word_has_64_bits(attributes: int) -> None:
    held = gallery(*THREE)
    with pytest.raises(ValueError, match="64 bits"):
        held.relabel("halabi", attributes)
    with pytest.raises(ValueError, match="64 bits"):
        held.enrol([person("new", "Ahmad", attributes=attributes)])
    assert len(held) == 3


def test_long_keys_stand_beside_short_ones() -> None:
    held = gallery(person("a" * 32, "Ahmad"), person("b" * 64, "Karim"), person("c", "Selam"))
    assert set(held.labels()) == {"a" * 32, "b" * 64, "c"}
    assert keys(held, who("Karim"))[0] == "b" * 64


def test_more_nationalities_than_an_index_numbers_count_as_unknown() -> None:
    codes = [f"{a}{b}A" for a in "ABCDEFGHIJKL" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    name = (read_name(text="Ahmad Rahimi"),)
    held = gallery(*(IdentityReference(code, 1, name, None, code, "") for code in codes))
    last = held.search(who("Ahmad Rahimi", None, codes[-1]), permit=EVERYBODY, k=1).nearest[0]
    first = held.search(who("Ahmad Rahimi", None, codes[0]), permit=EVERYBODY, k=1).nearest[0]
    assert first.key == codes[0]
    assert last.bits < first.bits


def test_a_dump_brings_the_same_gallery_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_PART", 2)
    held = gallery(*THREE, *(person(f"p{n}", f"Person{n} Karim") for n in range(9)))
    held.erase(["rahimi", "p3"])
    held.enrol([person("p4", "Dawit Isaak", attributes=16)])
    held.relabel("p5", 16)
    dumped = parts_of(held)
    assert max(len(part) for part in dumped) < 500
    back = IdentityGallery()
    back.restore(dumped)
    assert back.labels() == held.labels()
    for text in ("Yusuf Halabi", "Dawit Isak", "Person5 Karim"):
        for permit in (EVERYBODY, Permit((16,))):
            one, two = (g.search(who(text), permit=permit, k=9) for g in (held, back))
            assert one.searched == two.searched
            assert [near.key for near in one.nearest][:1] == [n.key for n in two.nearest][:1]
            assert {n.key for n in one.nearest} == {n.key for n in two.nearest}
    back.erase(["halabi"])
    back.enrol([person("late", "Yusuf al-Halabi")])
    assert keys(back, who("Yusuf al-Halabi"))[0] == "late"
    assert parts_of(back) != dumped


def test_only_an_empty_gallery_is_restored() -> None:
    held = gallery(*THREE)
    with pytest.raises(ValueError, match="empty"):
        held.restore(parts_of(held))


def test_it_can_be_kept_in_a_sealed_snapshot(tmp_path: Path) -> None:
    held, sealer = gallery(*THREE), AesSealer()
    snapshot.save(tmp_path, held, origin=Origin("db", 3, "a", "test"), sealer=sealer)
    back = IdentityGallery()
    manifest = snapshot.load(tmp_path, back, database_id="db", sealer=sealer)
    assert (manifest.count, manifest.layout) == (3, held.layout)
    assert keys(back, who("Yusuf al-Halabi"))[0] == "halabi"
    part = next(tmp_path.rglob("part-*.bin"))
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(GalleryCorruptError):
        snapshot.load(tmp_path, IdentityGallery(), database_id="db", sealer=sealer)


def test_searches_beside_a_writer_see_rows_whole_or_not_at_all() -> None:
    """The reference that is enrolled again and again is never missing from an answer."""
    held = gallery(*THREE)
    misses: list[list[str]] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            found = keys(held, who("Yusuf al-Halabi"))
            if found[:1] != ["halabi"]:
                misses.append(found)

    readers = [threading.Thread(target=search) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(60):
        held.enrol([THREE[0], person(f"n{number}", f"Number{number} Karim")])
        if number % 3 == 0:
            held.erase([f"n{number}"])
    stop.set()
    for reader in readers:
        reader.join()
    assert misses == []
    assert len(held) == 43


@pytest.mark.parametrize("aliases", [0, 5, 40, 95])
@pytest.mark.parametrize("text", ["Joseph Moses", "Joseph", "يوسف", "Musa Yousuf"])
def test_a_name_in_another_language_finds_a_person_however_many_aliases(
    text: str, aliases: int
) -> None:
    born = PartialDate(1970, 3, 3)
    others = [f"Yusuf Other{number}" for number in range(aliases)]
    held = gallery(*THREE, person("musa", "Yusuf Musa", *others, born=born))
    assert keys(held, who(text, born))[0] == "musa"
    again = IdentityGallery()
    again.restore(parts_of(held))
    assert keys(again, who(text, born))[0] == "musa"


def test_a_name_in_another_language_says_less_than_the_same_name() -> None:
    held = gallery(person("yusuf", "Yusuf Halabi"), person("joseph", "Joseph Halabi"))
    assert keys(held, who("Yusuf Halabi")) == ["yusuf", "joseph"]
    assert keys(held, who("Joseph Halabi")) == ["joseph", "yusuf"]


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("Deng Guohua", "Teng Kuo-hua"),
        ("Teng Kuo-hua", "邓国华"),
        ("Wong Kwok Keung", "黄国强"),
        ("Чжан Вэйхуа", "Zhang Weihua"),
        ("Chang Wei-hua", "Чжан Вэйхуа"),
    ],
)
def test_a_chinese_name_is_found_by_another_romanisation(held: str, asked: str) -> None:
    here = gallery(*THREE, person("wanted", held), person("other", "Li Mingfeng"))
    assert keys(here, who(asked))[0] == "wanted"
    comparer = Comparer()
    probe, found, other = (comparer.prepare(who(text)) for text in (asked, held, "Deng Guofeng"))
    assert comparer.compare(probe, found).bits > comparer.compare(probe, other).bits + 5
    assert comparer.compare(probe, found).bits == comparer.compare(found, probe).bits


def test_a_date_of_another_calendar_finds_the_day_that_it_means() -> None:
    held = gallery(*THREE, person("x", "Golshifteh Hosseini", born=PartialDate(1988, 3, 19)))
    assert keys(held, who("Nobody Atall", PartialDate(1366, 12, 28)))[0] == "x"


@pytest.mark.parametrize("asked", [PartialDate(1366), PartialDate(1366, 12)])
def test_a_year_or_month_of_another_calendar_finds_the_days_that_it_means(
    asked: PartialDate,
) -> None:
    held = gallery(*THREE, person("x", "Golshifteh Hosseini", born=PartialDate(1988, 3, 19)))
    held.enrol([person("y", "Golshifteh Hosseini", born=PartialDate(1990, 3, 19))])
    assert keys(held, who("Golshifteh Hosseini", asked)) == ["x", "y"]


def carrier(key: str, *numbers: str, attributes: int = 1) -> IdentityReference:
    return replace(person(key, "Karim Mansour", attributes=attributes), documents=numbers)


def by_number(held: IdentityGallery, number: str, permit: Permit = EVERYBODY) -> list[str]:
    return keys(held, Identity((), documents=(number,)), permit)


@pytest.mark.parametrize("number", ["YE 0123456", "yeO123456", "YE012345<6", "YE0I23456"])
def test_a_document_number_finds_a_person_of_another_name(number: str) -> None:
    held = gallery(*THREE, carrier("karim", "X77", "YE0123456"))
    assert by_number(held, number) == ["karim"]
    named = replace(who("Yusuf Halabi"), documents=(number,))
    assert set(keys(held, named)[:2]) == {"karim", "halabi"}


def test_a_check_digit_beside_a_number_hides_nobody() -> None:
    held = gallery(carrier("with", "L898902C3<6"), carrier("without", "L898902C3"))
    for number in ("L898902C3", "L898902C36"):
        assert set(by_number(held, number)) == {"with", "without"}


@pytest.mark.parametrize("number", ["UNKNOWN", "N/A", "000000000", "1", "Passport", "", "12345"])
def test_what_stands_for_a_missing_number_finds_nobody(number: str) -> None:
    assert by_number(gallery(carrier("karim", number)), number) == []


def test_a_permit_holds_for_numbers_too() -> None:
    held = gallery(carrier("a", "YE0123456"), carrier("b", "YE0123456", attributes=2))
    assert by_number(held, "YE0123456", Permit((2,))) == ["b"]
    assert by_number(held, "YE0123456", Permit(excluded=frozenset("b"))) == ["a"]
    held.relabel("a", 2)
    assert by_number(held, "YE0123456", Permit((2,))) == ["a", "b"]


def test_numbers_are_erased_replaced_and_restored() -> None:
    held = gallery(carrier("a", "YE0123456"), carrier("b", "YE0123456", "ZZ765432"))
    held.erase(["a"])
    held.enrol([carrier("b", "YE0123456")])
    assert by_number(held, "ZZ765432") == []
    again = IdentityGallery()
    again.restore(parts_of(held))
    for one in (held, again):
        assert by_number(one, "YE0123456") == ["b"]
        assert one.erase(["b"]) == 1
        assert by_number(one, "YE0123456") == []
        assert not one._documents._owners
        assert not one._documents._numbers

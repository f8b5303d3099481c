"""Names from a machine-readable zone."""

import pytest

from matching.errors import NameUnreadableError
from matching.name.mrz import read_mrz_name
from matching.name.read import read_name
from matching.name.token import Field, Kind, Script


def test_two_fillers_part_surnames_from_forenames() -> None:
    name = read_mrz_name("HASSAN<<MOHAMMED<ALI<<<<<<<<<<<<<<<<<<<")
    assert [(t.surface, t.field) for t in name.tokens] == [
        ("hassan", Field.SURNAME),
        ("mohammed", Field.FORENAME),
        ("ali", Field.FORENAME),
    ]
    assert name.shown == "HASSAN, MOHAMMED ALI"
    assert not name.truncated


def test_a_general_search_reads_the_same() -> None:
    text = "ABD<AL<RAHMAN<<NUR<AL<DIN<<<"
    assert read_name(text=text).tokens == read_mrz_name(text).tokens


@pytest.mark.parametrize("length", [30, 31, 39])
def test_a_full_field_may_have_been_cut_off(length: int) -> None:
    full = "SURNAME<<" + "A" * (length - 9)
    assert read_mrz_name(full).truncated
    assert not read_mrz_name(full[:-1] + "<").truncated
    assert not read_mrz_name(full[:-2]).truncated or length == 31


def test_umlauts_fold_to_what_they_stand_for() -> None:
    zone, typed = read_mrz_name("MUELLER<<JOERG"), read_name("Müller", "Jörg")
    assert [t.folded for t in zone.tokens] == [t.folded for t in typed.tokens]
    assert read_mrz_name("NUNXXEZ").tokens[0].surface == "nunez"


def test_cyrillic_folds_to_what_it_stands_for() -> None:
    zone, typed = read_mrz_name("SHCHERBAKOV<<IURII"), read_name("Щербаков", "Юрий")
    assert [t.folded for t in zone.tokens] == [t.folded for t in typed.tokens]


def test_arabic_letters_are_recovered() -> None:
    zone, typed = read_mrz_name("XSHRYF<<MXHMD"), read_name("شريف", "محمد")
    assert zone.tokens == typed.tokens
    assert zone.tokens[0].script is Script.ARABIC
    assert zone.shown == "XSHRYF, MXHMD"


@pytest.mark.parametrize("latin", ["XHEVAT", "HOXHA", "ALEXANDER", "XHAFERI", "MAX"])
def test_latin_names_with_an_x_stay_latin(latin: str) -> None:
    assert read_mrz_name(latin).tokens[0].surface == latin.lower()


def test_digits_are_misread_letters() -> None:
    assert read_mrz_name("0MAR<<AL1").tokens == read_mrz_name("OMAR<<ALI").tokens


def test_particles_are_told_from_names() -> None:
    kinds = [token.kind for token in read_mrz_name("VAN<DER<BERG<<J").tokens]
    assert kinds == [Kind.PARTICLE, Kind.PARTICLE, Kind.WORD, Kind.INITIAL]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_empty"),
        ("<<<<<", "name_empty"),
        ("A" * 40, "name_too_long"),
        ("MÜLLER", "mrz_name_invalid"),
        ("P<UTO'", "mrz_name_invalid"),
    ],
)
def test_what_is_no_zone_is_refused(text: str, code: str) -> None:
    with pytest.raises(NameUnreadableError) as refused:
        read_mrz_name(text)
    assert refused.value.code == code

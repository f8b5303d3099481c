"""Traps of the closed list, and what holds for every pair of identities."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.interop.identity_data import IdentityData, SisIdentity
from eurodac.interop.name_rules import Knowledge, default_knowledge
from eurodac.interop.same_similar import (
    ALGORITHM,
    SameSimilar,
    Verdict,
    compare_identities,
)
from eurodac.interop.transliterations import TransliterationTables
from eurodac.law import same_similar
from eurodac.record import Sex, System
from matching.date import PartialDate
from tests.eurodac.interop.people import BORN, born, identity

NO_TABLES = TransliterationTables("none/1", letters={}, groups=[])


def compare(a: IdentityData, b: IdentityData, **bounds: Any) -> SameSimilar:
    return compare_identities(a, b, knowledge=replace(default_knowledge(), **bounds))


@pytest.mark.parametrize(
    ("a", "b"), [("MOHAMMED", "MUHAMMAD"), ("YOUSSEF", "YUSUF"), ("محمد", "MOHAMMED")]
)
def test_arabic_names_are_similar_because_of_the_table_of_spellings(a: str, b: str) -> None:
    with_table = compare(identity(forename=a), identity(forename=b))
    assert with_table.verdict is Verdict.SIMILAR
    assert with_table.names.fired[-1].rule == "similar.names.transliteration"
    without = compare(identity(forename=a), identity(forename=b), transliterations=NO_TABLES)
    assert without.verdict is Verdict.DIFFERENT


def test_rules_are_not_combined_within_a_field() -> None:
    """MÜLLER is MUELLER, and MUELLER is MUELER by one edit; MÜLLER is not MUELER."""
    assert compare(identity("MÜLLER"), identity("MUELLER")).verdict is Verdict.SIMILAR
    assert compare(identity("MUELLER"), identity("MUELER")).verdict is Verdict.SIMILAR
    assert compare(identity("MÜLLER"), identity("MUELER")).verdict is Verdict.DIFFERENT


def test_every_field_and_category_may_deviate_by_one_rule() -> None:
    found = compare(
        identity("HADDAD", "OMAR"),
        identity("HADAD", "OMARI", date_of_birth=born("1990-11-02"), nationalities=("SYR", "TUR")),
    )
    assert [category.verdict.value for category in found.categories] == [
        "similar",
        "similar",
        "same",
        "same",
    ]
    assert found.verdict is Verdict.SIMILAR


def test_one_category_that_is_different_makes_the_identity_different() -> None:
    for change in (
        {"date_of_birth": PartialDate(1980, 5, 3)},
        {"gender": Sex.FEMALE},
        {"nationalities": ("IRQ",)},
        {"names": {"surnames": ("KHOURY",), "forenames": ("GEORGES",)}},
    ):
        found = compare(identity(), identity(**change))
        assert found.verdict is Verdict.DIFFERENT
        assert [c.verdict for c in found.categories].count(Verdict.SAME) == 3


@pytest.mark.parametrize(
    ("a", "b"), [("IRN", "IRQ"), ("SUR", "SYR"), ("NGA", "UGA"), ("AFG", "ARG"), ("GMB", "ZMB")]
)
def test_codes_of_countries_that_are_one_letter_apart_stay_apart(a: str, b: str) -> None:
    found = compare(identity(nationalities=(a,)), identity(nationalities=(b,)))
    assert found.nationality_place.fired == ()
    assert found.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(("a", "b"), [("Gambia", "Zambia"), ("Ireland", "Iceland")])
def test_names_of_places_that_are_one_letter_apart_do_not_carry_a_nationality(
    a: str, b: str
) -> None:
    """Given places one edit apart, then reported; with another nationality still different."""
    one = identity(nationalities=("GMB",), places_of_birth=(a,))
    other = identity(nationalities=("ZMB",), places_of_birth=(b,))
    found = compare(one, other)
    assert found.rules >= {"similar.nationality_place.one_edit"}
    assert found.nationality_place.verdict is Verdict.DIFFERENT


def test_one_edit_of_a_date_may_be_a_whole_year() -> None:
    """The list has no narrower rule: it is similar, and says by which rule."""
    found = compare(
        identity(date_of_birth=born("2000-01-01")), identity(date_of_birth=born("2001-01-01"))
    )
    assert found.verdict is Verdict.SIMILAR
    assert found.date_of_birth.fired[0].rule == "similar.date_of_birth.one_edit"


@pytest.mark.parametrize(("short", "long"), [("ALI", "ALI REZA"), ("ABD", "ABDULRAHMAN")])
def test_truncation_has_a_bound_that_is_configured(short: str, long: str) -> None:
    pair = identity(forename=short), identity(forename=long)
    assert compare(*pair).verdict is Verdict.DIFFERENT
    assert compare(*pair, truncation_letters=3).verdict is Verdict.SIMILAR
    assert compare(*pair, truncation_letters=4).verdict is Verdict.DIFFERENT


def test_rules_overlap_and_all_are_reported() -> None:
    """Names of one field moved to the other: meant for (c), which it is not; (h) fires, twice."""
    found = compare(
        identity("HADDAD", "OMAR ALI"), identity("HADDAD ALI", "OMAR"), truncation_letters=4
    )
    assert {(f.rule, f.left, f.right) for f in found.names.fired} == {
        ("similar.names.truncation", "surnames", "surnames"),
        ("similar.names.truncation", "forenames", "forenames"),
    }
    hyphen = compare(identity("JEAN-PAUL"), identity("JEANPAUL"))
    assert hyphen.rules >= {"similar.names.one_edit", "similar.names.punctuation"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("AL-SAYED-ALI", "ALSAYED ALI"),
        ("AL-SAYED-ALI", "AL SAYEDALI"),
        ("JEAN-LUC,D'ARC", "JEANLUC D ARC"),
        ("O'NEIL-SMITH", "O NEILSMITH"),
    ],
)
def test_each_mark_is_left_out_or_written_as_a_space_by_itself(a: str, b: str) -> None:
    assert "similar.names.punctuation" in compare(identity(a), identity(b)).rules
    assert "similar.names.punctuation" in compare(identity(b), identity(a)).rules


@pytest.mark.parametrize(
    ("a", "b"), [("AL SAYED-ALI", "ALSAYED ALI"), ("AL MASRI", "ALMASRI"), ("-", "'")]
)
def test_a_space_is_no_mark(a: str, b: str) -> None:
    assert "similar.names.punctuation" not in compare(identity(a), identity(b)).rules


def test_two_letters_that_are_not_adjacent_may_have_changed_places() -> None:
    """A distance with adjacent swaps sees two edits here."""
    found = compare(identity("KARIMOV"), identity("VARIMOK"))
    assert {f.rule for f in found.names.fired} == {
        "similar.names.letters_swapped",
        "same_similar.equal",
    }


def test_a_name_without_a_second_part_is_not_the_same() -> None:
    """Both parts must be equal; where there is one name only, a person looks at it."""
    alone = identity(names={"surnames": ("SUKARNO",)})
    assert compare(alone, alone).names.verdict is Verdict.DIFFERENT


def test_a_place_is_skipped_where_a_side_has_none() -> None:
    ees = identity(system=System.EES)
    found = compare(identity(places_of_birth=("Halab",)), ees)
    assert found.verdict is Verdict.SAME
    assert {f.left for f in found.nationality_place.fired} == {"nationality"}


@pytest.mark.parametrize(("country", "rule"), [("SYR", "same"), ("SUN", "similar"), ("TUR", "")])
def test_sis_is_compared_by_the_country_of_birth(country: str, rule: str) -> None:
    """Given a town on one side and a country on both, then countries only are compared."""
    known = "RUS" if country == "SUN" else "SYR"
    vis = identity(system=System.VIS, places_of_birth=("Halab",), countries_of_birth=(known,))
    sis = identity(system=System.SIS, countries_of_birth=(country,))
    fired = [f for f in compare(vis, sis).nationality_place.fired if f.left != "nationality"]
    assert [f.rule.split(".")[0] for f in fired] == ([rule] if rule else [])
    assert {f.left for f in fired} <= {"country_of_birth"}


def test_a_match_on_a_misused_identity_is_labelled() -> None:
    """Given the identity of a victim, then the result says that it is nobody who is sought."""
    for each in SisIdentity:
        sis = identity(system=System.SIS, sis_identity=each)
        for pair in ((identity(), sis), (sis, identity())):
            found = compare(*pair)
            assert found.verdict is Verdict.SAME
            assert found.concerns_misused_identity is (each is SisIdentity.MISUSED)


def test_only_sis_has_classes_of_identities() -> None:
    with pytest.raises(ValueError, match="only SIS"):
        identity(system=System.VIS, sis_identity=SisIdentity.MISUSED)


def test_a_result_names_algorithm_tables_and_bounds() -> None:
    found = compare(identity(), identity(), transliterations=NO_TABLES, truncation_letters=9)
    assert found.version == f"{ALGORITHM}+none/1+places/1+truncation/9"
    ours = compare_identities(identity(), identity()).version
    assert ours == f"{ALGORITHM}+letters/2+names/2+places/1+truncation/6"


def test_a_result_holds_nothing_of_a_person() -> None:
    found = compare(identity("HADDAD"), identity("HADAD"))
    for value in ("HADDAD", "HADAD", "OMAR", "1990", "SYR"):
        assert value not in repr(found)
        assert value not in repr(identity())


TEXTS = st.one_of(
    st.text(st.characters(), max_size=12),
    st.text("ABÜ-' ,", max_size=6),
    st.sampled_from(["HADDAD", "HADAD", "OMAR", "محمد", "MOHAMED", "عبد الرحمن", "ПЕТРОВ"]),
)
DATES = st.one_of(
    st.none(),
    st.dates().map(lambda d: PartialDate(d.year, d.month, d.day)),
    st.builds(PartialDate, st.integers(1, 9999)),
)


@st.composite
def identities(draw: st.DrawFn) -> IdentityData:
    rule = draw(st.sampled_from(list(same_similar.COLUMNS.values())))
    columns = sorted({*rule.surname_type, *rule.first_name_type})
    texts = st.lists(TEXTS, max_size=2).map(tuple)
    places = draw(texts) if "place_of_birth" in rule.birth else ()
    return identity(
        system=System(rule.system),
        names=draw(st.dictionaries(st.sampled_from(columns), texts, max_size=3)),
        date_of_birth=draw(DATES),
        gender=draw(st.sampled_from([None, *Sex])),
        nationalities=draw(st.lists(st.sampled_from(["SYR", "SUN", "RUS", "XXX"])).map(tuple)),
        places_of_birth=places,
    )


@given(identities(), identities())
def test_the_sides_may_be_exchanged(a: IdentityData, b: IdentityData) -> None:
    """And no text raises."""
    found, back = compare(a, b), compare(b, a)
    assert found.verdict is back.verdict
    for one, other in zip(found.categories, back.categories, strict=True):
        assert one.verdict is other.verdict
        exchanged = {replace(f, left=f.right, right=f.left) for f in other.fired}
        assert set(one.fired) == exchanged


@given(identities(), identities())
def test_a_verdict_rests_on_rules_of_its_kind(a: IdentityData, b: IdentityData) -> None:
    for category in compare(a, b).categories:
        outcomes = {same_similar.RULES[f.rule].outcome for f in category.fired}
        if category.verdict is not Verdict.DIFFERENT:
            assert category.verdict.value in outcomes
        is_same = any(f.rule.startswith("same.") for f in category.fired)
        assert is_same is (category.verdict is Verdict.SAME)


@given(identities())
def test_whoever_has_all_data_is_the_same_as_themselves(someone: IdentityData) -> None:
    complete = replace(
        someone,
        names={**someone.names, "surnames": ("HADDAD",), "forenames": ("OMAR",)},
        date_of_birth=BORN,
        gender=Sex.FEMALE,
        nationalities=("SYR",),
    )
    assert compare(complete, complete).verdict is Verdict.SAME


def test_bounds_and_tables_are_the_only_knowledge() -> None:
    known = default_knowledge()
    assert known == Knowledge(known.transliterations, known.renamings)

"""The closed list of the annexes: each rule fires on its pairs, and on none that lies beside."""

from typing import Any

import pytest

from eurodac.interop.identity_data import IdentityData
from eurodac.interop.same_similar import Verdict, compare_identities
from eurodac.law import same_similar
from eurodac.law.same_similar import ColumnsRule
from eurodac.record import Sex, System
from tests.eurodac.interop.people import born, identity

# Rule -> pairs of one surname on which it fires, and on which it does not.
SURNAMES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
    "similar.names.transliteration": (
        [
            ("MÜLLER", "MUELLER"),
            ("ПЕТРОВ", "PETROV"),
            ("الرازي", "ALRAZY"),
            ("MOHAMMED", "MUHAMMAD"),
            ("محمد", "MOHAMED"),
            ("EL MASRY", "AL-MASRI"),
            ("ABD AL RAHMAN", "ABDURRAHMAN"),
        ],
        [
            ("MÜLLER", "MUELER"),
            ("ПЕТРОВ", "PETROVA"),
            ("HASAN", "HASSAAN"),
            ("AL-MASRI", "AL MASRI"),
        ],
    ),
    "similar.names.words_swapped": (
        [("HADDAD ALI", "ALI HADDAD"), ("DE LA CRUZ", "CRUZ LA DE")],
        [("DE LA CRUZ", "LA CRUZ DE"), ("HADDAD ALI", "ALI HADAD")],
    ),
    "similar.names.letters_swapped": (
        [("HADDAD", "HADDDA"), ("MARIAN", "NARIAM"), ("BEN ALI", "BAN ELI")],
        [("MARIAN", "ARIANM"), ("AB-CD", "ABC-D"), ("AB C", "A BC")],
    ),
    "similar.names.one_edit": (
        [("HADDAD", "HADAD"), ("HADDAD", "HADDADI"), ("HADDAD", "HADDAT"), ("재현", "성현")],
        [("HADDAD", "HADA"), ("MOHAMMED", "MUHAMMAD"), ("YOUSSEF", "YUSUF"), ("高", "彭")],
    ),
    "similar.names.punctuation": (
        [
            ("AL-MASRI", "AL MASRI"),
            ("AL-MASRI", "ALMASRI"),
            ("JA'FAR", "JAFAR"),
            ("D'ARC-LE ROI", "DARC LE ROI"),
            ("HADDAD, ALI", "HADDAD ALI"),
        ],
        [("AL MASRI", "ALMASRI"), ("AL-MASRI", "AL MASRY")],
    ),
    "similar.names.truncation": (
        [("HADDAD", "HADDAD ALI"), ("ABDULRAHM", "ABDULRAHMAN")],
        [("ALI", "ALIYA"), ("ABDUL", "ABDULRAHMAN"), ("HADDAD", "ALI HADDAD")],
    ),
}


def surname_cases(*, fires: bool) -> list[object]:
    return [
        pytest.param(rule, a, b, marks=pytest.mark.law(rule), id=f"{rule}-{a}-{b}")
        for rule, pairs in SURNAMES.items()
        for a, b in pairs[0 if fires else 1]
    ]


@pytest.mark.parametrize(("rule", "a", "b"), surname_cases(fires=True))
def test_a_rule_on_names_makes_two_names_similar(rule: str, a: str, b: str) -> None:
    """Given one field that differs as the rule says, then similar, from both sides."""
    for left, right in ((a, b), (b, a)):
        found = compare_identities(identity(left), identity(right))
        assert rule in found.rules
        assert found.names.verdict is Verdict.SIMILAR
        assert found.verdict is Verdict.SIMILAR


@pytest.mark.parametrize(("rule", "a", "b"), surname_cases(fires=False))
def test_a_rule_on_names_goes_no_further_than_it_says(rule: str, a: str, b: str) -> None:
    for left, right in ((a, b), (b, a)):
        assert rule not in compare_identities(identity(left), identity(right)).rules


@pytest.mark.law("same_similar.equal")
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Haddad", "HADDAD"),
        (" HADDAD  ALI", "Haddad Ali"),
        ("ＨＡＤＤＡＤ", "haddad"),
        ("Ö", "O\u0308"),
    ],
)
def test_format_does_not_count(a: str, b: str) -> None:
    assert compare_identities(identity(a), identity(b)).verdict is Verdict.SAME


@pytest.mark.law("same_similar.equal")
def test_equal_fields_that_do_not_make_a_category_the_same_are_still_reported() -> None:
    found = compare_identities(identity("HADDAD", "OMAR"), identity("HADDAD", "KARIM"))
    assert found.names.verdict is Verdict.DIFFERENT
    assert [fired.rule for fired in found.names.fired] == ["same_similar.equal"]


@pytest.mark.law("same.names")
def test_names_are_the_same_if_one_surname_and_one_first_name_are_equal() -> None:
    """Given aliases, when a surname of one and a first name of another are equal, then same."""
    a = identity(names={"surnames": ("HADDAD",), "alias_forenames": ("OMAR",)})
    b = identity(
        names={
            "surnames_at_birth": ("HADDAD", "KHOURY"),
            "forenames": ("OMAR",),
            "alias_surnames": ("X",),
        }
    )
    assert compare_identities(a, b).names.verdict is Verdict.SAME
    without = identity(names={"surnames": ("HADDAD",)})
    assert compare_identities(a, without).names.verdict is Verdict.DIFFERENT


@pytest.mark.law("similar.names.inversion")
def test_surname_and_first_name_may_have_changed_places() -> None:
    found = compare_identities(identity("HADDAD", "OMAR"), identity("OMAR", "HADDAD"))
    assert found.names.verdict is Verdict.SIMILAR
    assert found.rules >= {"similar.names.inversion"}


@pytest.mark.law("similar.names.inversion")
@pytest.mark.parametrize(("surname", "forename"), [("OMAR", "HADAD"), ("OMAR", "KARIM")])
def test_one_of_them_alone_is_no_inversion(surname: str, forename: str) -> None:
    found = compare_identities(identity("HADDAD", "OMAR"), identity(surname, forename))
    assert "similar.names.inversion" not in found.rules


@pytest.mark.law("similar.names.regrouped")
@pytest.mark.parametrize("whole", ["HADDAD OMAR ALI", "OMAR ALI HADDAD"])
@pytest.mark.parametrize("column", ["surnames", "forenames"])
def test_all_names_may_stand_in_one_field(column: str, whole: str) -> None:
    regrouped = identity(names={column: (whole,)})
    for pair in (
        (identity("HADDAD", "OMAR ALI"), regrouped),
        (regrouped, identity("HADDAD", "OMAR ALI")),
    ):
        found = compare_identities(*pair)
        assert found.names.verdict is Verdict.SIMILAR
        assert "similar.names.regrouped" in found.rules


@pytest.mark.law("similar.names.regrouped")
def test_names_are_not_regrouped_if_another_first_name_stands_beside_them() -> None:
    found = compare_identities(identity("HADDAD", "OMAR"), identity("HADDAD OMAR", "KARIM"))
    assert "similar.names.regrouped" not in found.rules


@pytest.mark.law("similar.names.regrouped")
def test_a_field_of_other_names_may_hold_all_of_them() -> None:
    etias = identity(
        system=System.ETIAS,
        names={"surnames": ("X",), "forenames": ("Y",), "other_names": ("OMAR HADDAD",)},
    )
    assert compare_identities(identity(), etias).names.verdict is Verdict.SIMILAR


DATES = {
    "same.date_of_birth": [("1990-02-11", "1990-02-11"), ("1990", "1990")],
    "similar.date_of_birth.day_month": [("1990-02-11", "1990-11-02")],
    "similar.date_of_birth.calendar": [("1370-05-12", "1991-08-03"), ("1410-01-01", "1989-08-02")],
    "similar.date_of_birth.one_edit": [("1990-02-11", "1990-02-12"), ("1990", "1970")],
}


@pytest.mark.parametrize(
    ("rule", "a", "b"),
    [
        pytest.param(rule, a, b, marks=pytest.mark.law(rule), id=f"{rule}-{a}-{b}")
        for rule, pairs in DATES.items()
        for a, b in pairs
    ],
)
def test_a_rule_on_dates_fires_alone(rule: str, a: str, b: str) -> None:
    for left, right in ((a, b), (b, a)):
        found = compare_identities(
            identity(date_of_birth=born(left)), identity(date_of_birth=born(right))
        )
        assert {fired.rule for fired in found.date_of_birth.fired} == {rule}
        outcome = Verdict(same_similar.RULES[rule].outcome)
        assert found.verdict is found.date_of_birth.verdict is outcome


@pytest.mark.law("similar.date_of_birth.one_edit")
@pytest.mark.law("similar.date_of_birth.calendar")
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1990-02-11", "1990-03-12"),
        ("1990-02-11", "1990"),  # a date is not cut short
        ("1990", "1990-01-01"),
        ("1990-09-30", "1990-10-01"),
        ("1370-05-12", "1991-08-04"),  # a conversion and a day
    ],
)
def test_other_dates_are_different(a: str, b: str) -> None:
    found = compare_identities(identity(date_of_birth=born(a)), identity(date_of_birth=born(b)))
    assert found.date_of_birth.verdict is found.verdict is Verdict.DIFFERENT


@pytest.mark.law("same.gender")
@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (Sex.MALE, Sex.MALE, Verdict.SAME),
        (Sex.UNSPECIFIED, Sex.UNSPECIFIED, Verdict.SAME),
        (Sex.MALE, Sex.FEMALE, Verdict.DIFFERENT),
        (Sex.MALE, Sex.UNSPECIFIED, Verdict.DIFFERENT),
        (Sex.MALE, None, Verdict.DIFFERENT),
        (None, None, Verdict.DIFFERENT),
    ],
)
def test_a_gender_passes_only_if_it_is_equal(
    a: Sex | None, b: Sex | None, verdict: Verdict
) -> None:
    found = compare_identities(identity(gender=a), identity(gender=b))
    assert found.gender.verdict is found.verdict is verdict


@pytest.mark.law("same.nationality_place")
@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (("SYR",), ("SYR",), Verdict.SAME),
        (("SYR", "IRQ"), ("TUR", "IRQ"), Verdict.SAME),
        (("SYR",), ("IRQ",), Verdict.DIFFERENT),
        (("XXX",), ("XXX",), Verdict.DIFFERENT),  # unspecified
        ((), (), Verdict.DIFFERENT),
    ],
)
def test_one_nationality_must_be_equal(
    a: tuple[str, ...], b: tuple[str, ...], verdict: Verdict
) -> None:
    found = compare_identities(identity(nationalities=a), identity(nationalities=b))
    assert found.nationality_place.verdict is found.verdict is verdict


@pytest.mark.law("same.nationality_place")
def test_an_equal_place_alone_is_not_enough() -> None:
    """Given an equal place and other nationalities, then different: a nationality is needed."""
    found = compare_identities(
        identity(places_of_birth=("Aleppo",)),
        identity(places_of_birth=("Aleppo",), nationalities=("IRQ",)),
    )
    assert found.nationality_place.verdict is Verdict.DIFFERENT
    assert found.rules & {"same_similar.equal", "same.nationality_place"} == {"same_similar.equal"}


PLACES = {
    "similar.nationality_place.transliteration": (
        [("ПЕТРОВСК", "PETROVSK"), ("KÖLN", "KOELN")],
        [("KÖLN", "COLOGNE")],
    ),
    "similar.nationality_place.one_edit": (
        [("HALAB", "HALAP"), ("DAMASCUS", "DAMASCU")],
        [("HALAB", "ALEPPO"), ("HALAB", "HALPA")],
    ),
    "similar.nationality_place.renaming": (
        [("LENINGRAD", "St. Petersburg"), ("KIEV", "KYIV"), ("BURMA", "MYANMAR")],
        [("KIEV", "LVIV"), ("KYIV", "KYIV")],
    ),
}


@pytest.mark.parametrize(
    ("rule", "a", "b", "fires"),
    [
        pytest.param(rule, a, b, fires, marks=pytest.mark.law(rule), id=f"{rule}-{a}-{b}")
        for rule, pairs in PLACES.items()
        for fires in (True, False)
        for a, b in pairs[0 if fires else 1]
    ],
)
def test_a_rule_on_places_fires_and_is_reported(rule: str, a: str, b: str, fires: bool) -> None:
    found = compare_identities(identity(places_of_birth=(a,)), identity(places_of_birth=(b,)))
    assert (rule in found.rules) is fires
    assert found.nationality_place.verdict is Verdict.SAME  # by the nationality


@pytest.mark.law("similar.nationality_place.renaming")
@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("BUR", "MMR", Verdict.SIMILAR),
        ("SUN", "UKR", Verdict.SIMILAR),
        ("YUG", "SRB", Verdict.SIMILAR),
        ("RUS", "UKR", Verdict.DIFFERENT),
        ("ETH", "ERI", Verdict.DIFFERENT),
    ],
)
def test_a_country_may_have_another_name_now(a: str, b: str, verdict: Verdict) -> None:
    for left, right in ((a, b), (b, a)):
        found = compare_identities(
            identity(nationalities=(left,)), identity(nationalities=(right,))
        )
        assert found.nationality_place.verdict is found.verdict is verdict


SYSTEMS = [
    pytest.param(rule, marks=pytest.mark.law(rule.id), id=rule.system)
    for rule in same_similar.COLUMNS.values()
]


def with_column(rule: ColumnsRule, column: str) -> IdentityData:
    return identity(system=System(rule.system), names={column: ("HADDAD",)})


@pytest.mark.parametrize("rule", SYSTEMS)
def test_each_column_of_a_system_is_compared_and_no_other(rule: ColumnsRule) -> None:
    for kind in (rule.surname_type, rule.first_name_type):
        for column in kind:
            found = compare_identities(with_column(rule, column), with_column(rule, kind[0]))
            assert {(fired.left, fired.right) for fired in found.names.fired} == {(column, kind[0])}
    with pytest.raises(ValueError, match="has no columns"):
        with_column(rule, "nicknames")


@pytest.mark.parametrize("rule", SYSTEMS)
def test_a_place_of_birth_counts_where_the_system_has_one(rule: ColumnsRule) -> None:
    names = {"place_of_birth": "places_of_birth", "country_of_birth": "countries_of_birth"}
    for column, name in names.items():
        value: dict[str, Any] = {name: ("SYR",)}
        if column in rule.birth:
            one = identity(system=System(rule.system), **value)
            fired = compare_identities(one, one).nationality_place.fired
            assert column in {f.left for f in fired}
        else:
            with pytest.raises(ValueError, match=column):
                identity(system=System(rule.system), **value)


def test_every_rule_of_the_table_can_fire() -> None:
    """The rules of the code are those of the law."""
    marked = {*SURNAMES, *DATES, *PLACES, "similar.names.inversion", "similar.names.regrouped"}
    rest = {"same_similar.equal", "same.names", "same.gender", "same.nationality_place"}
    assert marked | rest == set(same_similar.RULES)

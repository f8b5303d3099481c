from typing import Any

from eurodac.interop.identity_data import identity_of
from eurodac.interop.same_similar import Verdict, compare_identities
from eurodac.record import Name, NameKind, PartialDate, System
from tests.eurodac.examples import dataset, ees_file, vis_application

NAMES = (
    Name(NameKind.CURRENT, "HADDAD", "OMAR"),
    Name(NameKind.AT_BIRTH, "KHOURY", ""),
    Name(NameKind.PREVIOUS, "NASSER", "ALI"),
    Name(NameKind.ALIAS, "", "ABU OMAR"),
    Name(NameKind.ALIAS, "X", "Y"),
)


def test_a_dataset_gives_every_name_of_its_kind() -> None:
    found = identity_of(dataset(names=NAMES))
    assert found.system is System.EURODAC
    assert found.names == {
        "surnames": ("HADDAD",),
        "forenames": ("OMAR",),
        "surnames_at_birth": ("KHOURY",),
        "previous_surnames": ("NASSER",),
        "previous_forenames": ("ALI",),
        "alias_forenames": ("ABU OMAR", "Y"),
        "alias_surnames": ("X",),
    }
    assert found.places_of_birth == ("Halab",)
    assert str(found.date_of_birth) == "1990-02-28"


def test_other_systems_give_the_columns_that_they_have() -> None:
    assert set(identity_of(ees_file(names=NAMES)).names) == {"surnames", "forenames"}
    assert set(identity_of(vis_application(names=NAMES)).names) == {
        "surnames",
        "surnames_at_birth",
        "forenames",
    }
    assert str(identity_of(vis_application()).date_of_birth) == "1990"


def test_missing_values_stay_missing() -> None:
    found = identity_of(dataset(sex=None, date_of_birth=None, place_of_birth=None))
    assert (found.gender, found.date_of_birth, found.places_of_birth) == (None, None, ())


def test_one_person_in_two_systems_is_the_same() -> None:
    person: dict[str, Any] = {
        "names": NAMES[:1],
        "nationalities": ("SYR",),
        "sex": dataset().sex,
        "date_of_birth": PartialDate(1990, 2, 28),
    }
    one, other = identity_of(dataset(**person)), identity_of(ees_file(**person))
    assert compare_identities(one, other).verdict is Verdict.SAME

"""Reference numbers: letters of the sender, digit of the category, rest."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.errors import FieldRefusedError
from eurodac.law import categories, reference_numbers, states
from eurodac.law.reference_numbers import DigitRule
from eurodac.law.states import StateRule
from tests.law.messages import STATE, minimal, read

ROWS = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id)
    for row in reference_numbers.RULES.values()
]
STATES = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in states.RULES.values()
]


def accepted(category: str, number: str, *, state: str = STATE) -> bool:
    try:
        read({**minimal(category), "reference_number": number}, state=state)
    except FieldRefusedError as error:
        return not (error.field == "reference_number" and error.article)
    return True


@pytest.mark.parametrize("row", ROWS)
def test_each_digit_names_only_its_categories(row: DigitRule) -> None:
    """Given a 24 dataset numbered IT2..., when sent, then refused; IT9... accepted."""
    number = f"{STATE}{row.digit}A1"
    taken = {c for c in categories.CATEGORIES if accepted(c, number)}
    if row.category in categories.CATEGORIES:
        assert row.category in taken
        assert row.stored is (read(minimal(row.category)).dataset is not None)
    else:
        assert taken == set()
        assert not row.stored


@pytest.mark.law("reference.grammar")
@pytest.mark.parametrize("number", ["IT1A", "IT19", "IT1" + "Z" * 20, "IT1000"])
def test_whole_numbers_are_accepted(number: str) -> None:
    assert accepted("applicant", number)


@pytest.mark.law("reference.grammar")
@pytest.mark.parametrize(
    "number",
    [
        *("", "IT1", "I1A", "ITA1", "it1a", "IT1a", "IT1-A", "IT1 A", "ITA1A", "XIT1A"),
        *("IT1-", "IT1\nA", "IT١A", "IT1É", "IT1" + "Z" * 21),
    ],
)
def test_anything_else_is_refused(number: str) -> None:
    assert not accepted("applicant", number)


@pytest.mark.law("reference.grammar")
@given(
    state=st.sampled_from(sorted(states.CODES)),
    digit=st.sampled_from(string.digits),
    rest=st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=20),
)
def test_a_number_comes_apart_as_it_was_put_together(state: str, digit: str, rest: str) -> None:
    assert reference_numbers.parse(state + digit + rest) == (state, digit, rest)


@pytest.mark.parametrize("row", STATES)
def test_a_state_sends_under_its_own_letters_what_it_takes_part_in(row: StateRule) -> None:
    for category in categories.CATEGORIES:
        number = f"{row.code}{reference_numbers.digit(category)}A1"
        taken = accepted(category, number, state=row.code)
        assert taken is states.participates(row.code, category)
    assert not accepted("applicant", f"{row.code}1A1", state="PT" if row.code != "PT" else "ES")
    if row.participation == "not_bound":
        assert not any(states.participates(row.code, c) for c in categories.CATEGORIES)


def test_no_two_states_share_a_gallery_bit() -> None:
    bits = [row.bit for row in states.RULES.values()]
    assert len(set(bits)) == len(bits)
    assert all(0 <= states.state_bit(code) <= 39 for code in states.CODES)


def test_letters_that_are_no_state_are_refused() -> None:
    """GR is the ISO code of Greece, UK and XX take no part."""
    assert states.CODES.isdisjoint({"GR", "UK", "XX"})
    assert not any(accepted("applicant", f"{code}1A1", state=code) for code in ("GR", "UK", "XX"))

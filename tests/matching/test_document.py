import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.document import NumberRelation, compare_numbers, is_placeholder, normalise_number

R = NumberRelation


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("L898902C3", "L898902C3", R.EQUAL),
        ("L898902C3", " l-8989/02 c3<<", R.EQUAL),
        ("A12345", "A١٢٣٤٥", R.EQUAL),
        ("AO1Z5B", "A01258", R.EQUAL_AFTER_CONFUSION),
        ("O0I1B8S5Z2", "0O1I8B5S2Z", R.EQUAL_AFTER_CONFUSION),
        ("L898902C3", "L898902C3<6", R.EQUAL_AFTER_CONFUSION),
        ("L898902C3", "L898902C3<7", R.ONE_EDIT),
        ("Ж898902C3", "Ж898902C36", R.ONE_EDIT),
        ("L898902C4", "L898902C", R.ONE_EDIT),
        ("L898902C3", "L898902C4", R.ONE_EDIT),
        ("L898902C3", "L899802C3", R.DIFFERENT),
        ("AO12345", "A0123456", R.DIFFERENT),
        ("L898902C3", "--<<", R.MISSING),
        ("AB1234", "AB1234<<<1", R.EQUAL_AFTER_CONFUSION),
        *((text, text, R.MISSING) for text in ("unknown", "N/A", "none", "0000-00000", "1")),
        *((text, text, R.MISSING) for text in ("PASSPORT", "A123", "123456789", "XXXXXXX")),
        ("", "", R.MISSING),
        (None, "L898902C3", R.MISSING),
    ],
)
def test_each_relation_has_its_pairs(a: str | None, b: str | None, relation: R) -> None:
    assert compare_numbers(a, b) is compare_numbers(b, a) is relation


@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
def test_any_two_texts_can_be_compared(a: str, b: str) -> None:
    assert compare_numbers(a, b) is compare_numbers(b, a)
    same = normalise_number(a) == normalise_number(b) and not is_placeholder(normalise_number(a))
    assert (compare_numbers(a, b) is R.EQUAL) == same


@given(st.text(st.characters(), max_size=30))
def test_a_normalised_number_stays_as_it_is(number: str) -> None:
    assert normalise_number(normalise_number(number)) == normalise_number(number)

"""Names that mean the same in other languages are marked, not merged."""

import pytest

from matching.name.read import read_name
from matching.name.table import load_table
from matching.name.token import Token


def token(text: str) -> Token:
    (only,) = read_name(text=text).tokens
    return only


@pytest.mark.parametrize(
    "names",
    [
        ("Yusuf", "Joseph", "Giuseppe", "Осип", "يوسف", "יוסף"),
        ("Ibrahim", "Abraham", "Avraham", "إبراهيم", "ابراهيم", "אברהם"),
        ("Yahya", "John", "Иван", "Jan", "Juan", "Yohannes", "يحيى"),
        ("Muhammad", "Mehmet", "Mamadou", "محمد"),
        ("Robert", "Bob"),
        ("Kim", "Gim", "김"),
    ],
)
def test_names_of_one_group_share_its_number(names: tuple[str, ...]) -> None:
    assert set.intersection(*(set(token(name).equivalents) for name in names))


@pytest.mark.parametrize("pair", [("Yusuf", "Ibrahim"), ("George", "Yuri"), ("Anna", "Ahmed")])
def test_other_names_share_none(pair: tuple[str, str]) -> None:
    one, other = map(token, pair)
    assert not set(one.equivalents) & set(other.equivalents)


def test_an_equivalent_keeps_its_forms() -> None:
    assert token("Joseph").folded != token("Yusuf").folded


def test_numbers_ascend() -> None:
    numbers = token("Hanna").equivalents
    assert len(numbers) > 1
    assert list(numbers) == sorted(numbers)


def test_no_row_of_the_table_repeats_a_spelling() -> None:
    groups = load_table("equivalents")["groups"]
    assert len(groups) >= 150
    assert [names for names in groups if len(set(names)) < len(names)] == []


def test_frequent_names_have_groups_of_their_own() -> None:
    groups = load_table("known")["groups"]
    assert [names for names in groups if len(set(names)) < len(names)] == []
    assert all(token(names[0]).equivalents for names in groups)


@pytest.mark.parametrize(
    "pair",
    [
        *(("Hamad", "Hamed"), ("Amin", "Amina"), ("Kamal", "Kamil"), ("Joan", "Juan")),
        *(("Abdulrahman", "Abdulrahim"), ("Abu Omar", "Abu Bakr"), ("عبدالرحمن", "Abdulrahim")),
    ],
)
def test_neighbours_are_known_apart(pair: tuple[str, str]) -> None:
    one, other = map(token, pair)
    assert one.equivalents
    assert other.equivalents
    assert not set(one.equivalents) & set(other.equivalents)


def test_a_kunya_stands_for_its_name_as_well() -> None:
    assert set(token("Omar").equivalents) < set(token("Abu Omar").equivalents)

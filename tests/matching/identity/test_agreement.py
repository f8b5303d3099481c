"""How far two names agree: what holds for any two, and what people say of chosen ones."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.errors import NameUnreadableError
from matching.identity.agreement import AGREEMENT, NameAgreement
from matching.name.read import read_name
from matching.name.token import Name

CASES = [Path(__file__).parent / "cases" / f"{name}.csv" for name in ("agreement", "romanisations")]
SCORER = NameAgreement()
SPELLED = (
    *("Ahmed", "Hamad", "Hamed", "أحمد", "حمد", "Abdulrahim", "عبدالرحمن", "Abu", "Omar", "al-"),
    *("Jean", "Jeanne", "J.", "Amin", "Amina", "Kim", "Jong", "un", "정은", "Ivan", "Ivanov"),
    *("Иванов", "Robert", "Robertson", "Bob", "Medvedev", "Medvedkov", "bin"),
    *(
        "Kuo-hua",
        "Guohua",
        "Teng",
        "Deng",
        "邓国华",
        "Wong",
        "Keung",
        "Jung-hee",
        "정희",
        "Lee",
        "李",
    ),
)
WORDS = st.lists(st.sampled_from(SPELLED), min_size=1, max_size=5).map(" ".join)


def read(text: str) -> Name:
    try:
        return read_name(text=text)
    except NameUnreadableError:
        assume(False)
        raise


def score(first: Name, second: Name) -> float:
    return float(SCORER.scores([(first, second)])[0])


@given(WORDS, WORDS)
@settings(deadline=None)
def test_agreement_is_symmetric_and_nothing_agrees_more_than_oneself(a: str, b: str) -> None:
    first, second = read(a), read(b)
    assert score(first, second) == score(second, first)
    assert score(first, second) <= 1.0 + 1e-9
    assert score(first, first) == pytest.approx(1.0)


@given(st.permutations(["Medvedev", "Ahmed", "Robert", "Ivanova"]))
@settings(deadline=None)
def test_the_order_of_the_words_changes_nothing(words: list[str]) -> None:
    first, second = read(" ".join(words)), read("Robert Medvedkov Ahmed Ivanova")
    assert score(first, second) == score(read("Medvedev Ahmed Robert Ivanova"), second)


def cases() -> list[dict[str, str]]:
    found = []
    for path in CASES:
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['first']}~{case['second']}")
def test_names_agree_as_people_say(case: dict[str, str]) -> None:
    found = score(read(case["first"]), read(case["second"]))
    assert (found >= AGREEMENT) == (case["one_name"] == "yes"), f"{found:.2f}"

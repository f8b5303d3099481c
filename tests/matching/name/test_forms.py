"""Spellings of one name meet in the strongest form in which they should: ``cases/forms.csv``.

Add a row to extend it: script, name, another spelling, and the first of these that holds for all
words but particles, in any order: equal-surface, equal-folded, equal-skeleton, equivalent (the
words share a group of names that mean the same), different.
"""

import csv
from pathlib import Path

import pytest

from matching.name.forms import fold, skeleton
from matching.name.read import read_name
from matching.name.token import Kind, Token

_FILE = Path(__file__).parent / "cases" / "forms.csv"
CASES = list(csv.DictReader(_FILE.read_text("utf-8").split("\n")))


def words(text: str) -> list[Token]:
    return [token for token in read_name(text=text).tokens if token.kind is not Kind.PARTICLE]


def mean_the_same(one: Token, other: Token) -> bool:
    return one.folded == other.folded or not set(one.equivalents).isdisjoint(other.equivalents)


def relation(name: str, other: str) -> str:
    ours, theirs = words(name), words(other)
    for form in ("surface", "folded", "skeleton"):
        if sorted(getattr(t, form) for t in ours) == sorted(getattr(t, form) for t in theirs):
            return f"equal-{form}"
    if len(ours) == len(theirs) and all(map(mean_the_same, ours, theirs)):
        return "equivalent"
    return "different"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']}-{case['other']}")
def test_spellings_meet_in_the_form_of_the_case(case: dict[str, str]) -> None:
    assert relation(case["name"], case["other"]) == case["relation"]
    assert relation(case["other"], case["name"]) == case["relation"]


def test_the_cases_cover_the_scripts() -> None:
    assert len(CASES) >= 120
    assert len({case["script"] for case in CASES}) >= 12


@pytest.mark.parametrize(
    ("surface", "folded"),
    [
        ("youssef", "iusaf"),
        ("mueller", "mular"),
        ("ivanova", "ivanuv"),
        ("kowalska", "kualski"),
        ("aliyev", "aliv"),
        ("petrovic", "batruvis"),
        ("", ""),
    ],
)
def test_fold_merges_alternatives(surface: str, folded: str) -> None:
    assert fold(surface) == folded


def test_without_vowels_two_equal_letters_are_two() -> None:
    assert fold("mmduh") == "mduh"[:-1]
    assert fold("mmduh", vowelled=False) == "mmdu"
    assert skeleton(fold("mmduh", vowelled=False)) == skeleton(fold("mamduh"))


@pytest.mark.parametrize(
    ("folded", "consonants"), [("muhamad", "mmd"), ("vahid", "fd"), ("aia", ""), ("tsar", "sr")]
)
def test_a_skeleton_has_no_vowel_and_merges_classes(folded: str, consonants: str) -> None:
    assert skeleton(folded) == consonants

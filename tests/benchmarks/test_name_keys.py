"""The scenario on a handful of pairs."""

from pathlib import Path

import pytest

from benchmarks.errors import DataError
from benchmarks.scenarios.name_keys import KEYS, deletions, measure, read_pairs

PAIRS = """arabic	latin
محمود	Mahmoud
خالد	Khaled
زيدان	Zidane
الحسن	al-Hassan
مارادانا	Maradana
"""


def test_deletions_hold_the_word_and_what_is_left_of_it() -> None:
    assert deletions("abc", 1) == {"abc", "bc", "ac", "ab"}
    assert deletions("ab", 2) == {"ab", "a", "b", ""}


def test_the_skeleton_finds_what_the_surface_does_not(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(PAIRS, "utf-8")
    pairs = read_pairs(path)
    surface, skeleton = (measure(pairs, KEYS[key], step=1) for key in ("surface", "skeleton"))
    assert skeleton["recall"] == 1.0
    assert surface == {"recall": 0.2, "mean_candidates": 0.2, "words": 5}


def test_without_pairs_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_pairs(tmp_path / "missing.tsv")
    (tmp_path / "empty.tsv").write_text("arabic\tlatin\n", "utf-8")
    with pytest.raises(DataError):
        read_pairs(tmp_path / "empty.tsv")

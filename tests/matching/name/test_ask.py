import numpy as np
import pytest

from matching.date import PartialDate
from matching.name.ask import ask, rows_of
from matching.name.letters import words
from matching.name.probe import pack_day
from matching.name.read import read_name

NUMBERS = {"SYR": 1, "AFG": 2}


def test_what_is_known_is_laid_out() -> None:
    name = read_name(text="Karim Rahman")
    asked = ask(name, PartialDate(1990, 5), nationality="AFG", sex="F", numbers=NUMBERS)
    assert asked.words.tobytes() == words(name.tokens).tobytes()
    assert (asked.day, asked.nationality, asked.sex) == (pack_day(1990, 5), 2, 2)
    together = words(read_name(text="KarimRahman").tokens)
    assert asked.joined.tobytes() == together.tobytes()


def test_what_is_unknown_is_zero() -> None:
    asked = ask(read_name(text="Karim"), numbers=NUMBERS)
    assert (len(asked.joined), asked.day, asked.nationality, asked.sex) == (0, 0, 0, 0)
    assert ask(read_name(text="Karim"), nationality="XXX", sex="X", numbers={}).nationality == 0


def test_a_word_may_be_two() -> None:
    halves = ask(read_name(text="Karimjan"), numbers=NUMBERS).halves(0)
    pairs = {(bytes(a["letters"][0]), bytes(b["letters"][0])) for a, b in halves}
    first, second = (words(read_name(text=text).tokens) for text in ("karim", "jan"))
    assert (bytes(first["letters"][0]), bytes(second["letters"][0])) in pairs
    assert len(halves) == 5


@pytest.mark.parametrize("text", ["Kari", "J", "bin"])
def test_short_words_particles_and_initials_are_not_split(text: str) -> None:
    assert ask(read_name(text=text), numbers=NUMBERS).halves(0) == []


def test_a_record_has_a_row_per_name_and_one_without_a_name() -> None:
    names = [read_name(text="Karim Rahman"), read_name(text="Joseph")]
    rows = rows_of(names, PartialDate(1990), nationality=2, sex="M")
    assert [len(row.words) for row in rows] == [2, 1]
    assert {(row.day, row.nationality, row.sex) for row in rows} == {(pack_day(1990), 2, 1)}
    (row,) = rows_of([], PartialDate(9999))
    assert (len(row.words), row.day) == (0, 0)
    assert row.words.dtype == np.dtype(words(names[0].tokens).dtype)

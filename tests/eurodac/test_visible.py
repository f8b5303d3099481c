"""What is shown cannot hide: control and format characters become visible numbers."""

import unicodedata

import pytest

from eurodac.visible import has_hidden, runs_right_to_left, visible


@pytest.mark.parametrize(
    "char",
    [
        *"\u202a\u202e\u2066\u2069\u200b\u200d\u200f\ufeff\u00ad\ufffe\x1b\x00\x7f\u2028",
        "\U000e0041",
    ],
)
def test_a_hidden_character_becomes_its_number(char: str) -> None:
    assert has_hidden(f"a{char}b")
    assert visible(f"a{char}b") == f"a[U+{ord(char):04X}]b"


def test_nothing_that_is_shown_can_hide() -> None:
    every = "".join(map(chr, range(0x30000)))
    left = {char for char in visible(every) if unicodedata.category(char)[0] == "C"}
    assert left == {"\n", "\t"}


@pytest.mark.parametrize("text", ["Nguyễn", "王小明", "علی رضا", "O'Brien-Šimić", "", "e\u0301"])
def test_names_of_every_script_stay_as_they_are(text: str) -> None:
    assert visible(text) == text
    assert not has_hidden(text)


@pytest.mark.parametrize("text", ["abc", "שלום", "in القاهرة, 3 May", "אב 12 גד!", ""])
def test_runs_add_up_to_the_text(text: str) -> None:
    assert "".join(run for run, _ in runs_right_to_left(text)) == text

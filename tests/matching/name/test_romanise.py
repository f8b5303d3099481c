"""Every script comes out in a-z as names are spelled on documents."""

import re
import sys
from itertools import pairwise

import pytest

from matching.name.romanise import MAX_SURFACE, romanise, script_of
from matching.name.token import Script

CASES = {
    Script.ARABIC: {
        "داود": "dawd",
        "وليد": "wlid",
        "يوسف": "yusf",
        "مصطفى": "mstfa",
        "حمزة": "hmza",
    },
    Script.HEBREW: {"דוד": "dvd", "שרה": "shra", "יוסף": "yosf"},
    Script.CYRILLIC: {"щербаков": "shcherbakov", "сергій": "serhii", "джафар": "jafar"},
    Script.GREEK: {"μπάμπης": "bampis", "ντίνος": "dinos", "ευάγγελος": "evangelos"},
    Script.HAN: {"王": "wang", "曾": "zeng", "小明": "xiaoming"},
    Script.LATIN: {"müller": "muller", "øre": "ore", "þór": "thor", "weiß": "weiss", "123": "123"},
    Script.OTHER: {
        **{"გიორგი": "giorgi", "գևորգ": "gevorg", "ոսկան": "voskan", "ክብሮም": "kibrom"},
        **{"কমল": "kamal", "रामचंद्र": "ramchandra", "कमला": "kamla", "ज़ाकिर": "zakir"},
        **{"முருகன்": "murugan", "അനിൽ": "anil", "မောင်": "maung", "สมชาย": "somchai"},
        **{"แก้ว": "kaeo", "김": "kim", "철수": "cheolsu", "きょうこ": "kyoko", "がっこう": "gakko"},
    },
}


@pytest.mark.parametrize(
    ("script", "word", "surface"),
    [(script, *row) for script, rows in CASES.items() for row in rows.items()],
)
def test_a_word_is_spelled_as_on_documents(script: Script, word: str, surface: str) -> None:
    assert romanise(word) == surface
    assert script_of(word) is script


@pytest.mark.parametrize(("arabic", "persian"), [("ضيا", "ضیا"), ("ثريا", "ثریا")])
def test_letters_of_one_language_change_the_sound_of_others(arabic: str, persian: str) -> None:
    assert romanise(arabic)[0] in "dt"
    assert romanise(persian)[0] in "zs"


def test_digits_of_every_script_are_digits() -> None:
    assert romanise("١٢٣") == romanise("१२३") == romanise("123") == "123"


def test_a_letter_without_a_value_gives_its_number() -> None:
    assert romanise("\U00012005") == "12005"
    assert romanise("小\u9fd2") == "xiao9fd2"
    assert romanise("\u0378") == ""  # no letter at all


def test_a_long_word_is_cut() -> None:
    assert len(romanise("щ" * 100)) == MAX_SURFACE


def test_every_letter_of_unicode_can_be_read() -> None:
    """Alone, doubled, and behind another letter of its script."""
    letters = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isalnum() and not c.isascii()]
    assert [c for c in letters if not re.fullmatch("[a-z0-9]+", romanise(f"{c}{c}"))] == []
    pairs = pairwise(letters)
    assert [p for p in pairs if not re.fullmatch("[a-z0-9]+", romanise(f"{p[0]}{p[1]}"))] == []

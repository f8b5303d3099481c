"""What is typed is neutralised before it is read or shown."""

import unicodedata

import pytest

from matching.errors import NameUnreadableError
from matching.name.compounds import split_word
from matching.name.read import read_name
from matching.name.text import MAX_CHARACTERS, MAX_INPUT, clean, displayed, repaired

FSI, PDI = "\u2068", "\u2069"


@pytest.mark.parametrize(
    "character",
    "\0\x07\u200b\u200d\u200e\u202e\u2066\ufeff\u00ad\u0640\u034f\ufe0f\u3164\ud800\ue000\uffff",
)
def test_what_nobody_sees_is_removed(character: str) -> None:
    assert clean(f"ma{character}ria") == "maria"
    assert displayed(f"Ma{character}ria") == "Maria"


@pytest.mark.parametrize(
    "space", [" ", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\x85"]
)
def test_every_space_is_one_space(space: str) -> None:
    assert clean(f" Anna{space}{space}Maria ") == "anna maria"
    assert displayed(f" Anna{space}{space}Maria ") == "Anna Maria"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["Müller", "Ｍａｒｉａ", "ﷲ", "ﻣﺤﻤﺪ", "Đỗ Ňŭ", "김철수", "क़ासिम"])
def test_clean_text_does_not_depend_on_the_normal_form(text: str, form: str) -> None:
    typed = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert clean(typed) == clean(text)


def test_both_bounds_are_exact() -> None:
    assert len(clean("a" * MAX_CHARACTERS)) == MAX_CHARACTERS
    assert clean("\u200b" * (MAX_INPUT - 1) + "a") == "a"
    for text in ("a" * (MAX_CHARACTERS + 1), "\u200b" * MAX_INPUT + "a"):
        with pytest.raises(NameUnreadableError) as refused:
            clean(text)
        assert refused.value.code == "name_too_long"


@pytest.mark.parametrize(
    ("mixed", "word"),
    [
        ("pаvеl", "pavel"),  # Cyrillic a and e
        ("ivаnоv", "ivanov"),
        ("пaвeл", "павел"),  # Latin a and e
        ("νikos", "vikos"),  # Greek nu
        ("νίκoς", "νίκος"),  # Latin o
    ],
)
def test_look_alikes_are_brought_to_the_script_of_most_letters(mixed: str, word: str) -> None:
    assert repaired(mixed) == word


@pytest.mark.parametrize("word", ["pavel", "павел", "νίκος", "müller", "محمد"])
def test_words_of_one_script_are_not_touched(word: str) -> None:
    assert repaired(word) == word


def test_a_name_from_right_to_left_is_isolated() -> None:
    assert read_name(text="محمد علي").shown == f"{FSI}محمد علي{PDI}"


def test_a_run_against_the_direction_is_isolated_within() -> None:
    assert displayed("Ali محمد علي Khan") == f"{FSI}Ali {FSI}محمد علي{PDI} Khan{PDI}"
    assert displayed("محمد Ali") == f"{FSI}محمد {FSI}Ali{PDI}{PDI}"


def test_an_override_cannot_reverse_what_is_shown() -> None:
    assert displayed("Ali\u202enahK") == "AlinahK"
    assert displayed("Zoë") == "Zoë"


def test_reprs_show_no_name() -> None:
    name = read_name(text="Mohammed")
    shown = repr(name) + repr(name.tokens[0]) + repr(split_word("mohammed"))
    assert "ohammed" not in shown

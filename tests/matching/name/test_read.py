"""Names are read into words, whatever they are written in."""

import pytest

from matching.errors import NameUnreadableError
from matching.name.read import read_name
from matching.name.token import Field, Kind, Name, Script


def surfaces(name: Name) -> list[str]:
    return [token.surface for token in name.tokens]


def kinds(name: Name) -> list[Kind]:
    return [token.kind for token in name.tokens]


def test_surnames_come_first_where_fields_are_given() -> None:
    name = read_name("Hassan", "Mohammed Ali")
    assert surfaces(name) == ["hassan", "mohammed", "ali"]
    assert [t.field for t in name.tokens] == [Field.SURNAME, Field.FORENAME, Field.FORENAME]


def test_an_article_is_a_particle_in_both_scripts() -> None:
    latin, arabic = read_name(text="al-Hassan"), read_name(text="الحسن")
    assert kinds(latin) == kinds(arabic) == [Kind.PARTICLE, Kind.WORD]
    assert latin.tokens[1].skeleton == arabic.tokens[1].skeleton
    assert arabic.tokens[1].script is Script.ARABIC


def test_an_apostrophe_does_not_split() -> None:
    assert surfaces(read_name(text="O’Brien")) == ["obrien"]


def test_a_single_letter_is_an_initial() -> None:
    assert kinds(read_name(text="J. Smith")) == [Kind.INITIAL, Kind.WORD]


@pytest.mark.parametrize("text", ["", "  ", "-", "'", "\u200b\u202e", "\ud800", "\0", "😀"])
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(NameUnreadableError) as refused:
        read_name(text=text)
    assert refused.value.code == "name_empty"


@pytest.mark.parametrize("length", [401, 10_000, 10_001])
def test_what_is_longer_than_any_name_is_refused(length: int) -> None:
    with pytest.raises(NameUnreadableError) as refused:
        read_name(text="a" * length)
    assert refused.value.code == "name_too_long"


def test_words_beyond_the_sixteenth_are_left_out_and_said() -> None:
    assert not read_name(text="ab " * 16).truncated
    name = read_name(text="ab " * 17)
    assert name.truncated
    assert len(name.tokens) == 16

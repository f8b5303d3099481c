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


@pytest.mark.parametrize("title", ["Dr.", "Mr", "دکتر"])
def test_what_is_never_a_name_is_dropped(title: str) -> None:
    assert surfaces(read_name(text=f"{title} Ahmed Karimi")) == ["ahmed", "karimi"]


@pytest.mark.parametrize("text", ["Dr.", "Mr Dr", "Sheikh", "van", "al"])
def test_a_name_is_never_left_without_a_word(text: str) -> None:
    assert kinds(read_name(text=text))[-1] is Kind.WORD


def test_a_title_is_a_particle_unless_it_is_the_surname() -> None:
    assert kinds(read_name(text="Sheikh Ahmed")) == [Kind.PARTICLE, Kind.WORD]
    assert kinds(read_name("Al-Sheikh", "Ahmed")) == [Kind.PARTICLE, Kind.WORD, Kind.WORD]


def test_son_of_is_a_particle_on_either_side() -> None:
    assert kinds(read_name(text="Ahmed bin Ali")) == [Kind.WORD, Kind.PARTICLE, Kind.WORD]
    assert kinds(read_name(text="Mammadov Ali oglu")) == [Kind.WORD, Kind.WORD, Kind.PARTICLE]


def test_one_comma_tells_surname_from_forenames() -> None:
    fields = [token.field for token in read_name(text="Hassan, Mohammed Ali").tokens]
    assert fields == [Field.SURNAME, Field.FORENAME, Field.FORENAME]
    assert {t.field for t in read_name(text="a1, b2, c3").tokens} == {Field.UNKNOWN}


def test_a_name_without_a_space_is_parted() -> None:
    assert surfaces(read_name(text="王小明")) == ["wang", "xiaoming"]
    assert surfaces(read_name(text="남궁민수")) == ["namgung", "minsu"]
    assert surfaces(read_name("王", "小明")) == ["wang", "xiaoming"]

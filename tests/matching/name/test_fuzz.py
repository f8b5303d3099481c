"""Whatever is typed: a name or the typed error, the same one in every Unicode normal form."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.errors import NameUnreadableError
from matching.name.mrz import read_mrz_name
from matching.name.read import MAX_TOKENS, read_name
from matching.name.romanise import romanise
from matching.name.text import MAX_CHARACTERS, clean, displayed
from matching.name.token import Name, Token

SURFACE = re.compile("[a-z0-9]{1,64}")
# Letters of every script that has rules, marks, directions, separators, lone surrogates.
_LETTERS = (
    "aeiouylrnd JD-'’.,<ßÅöðşıİ\u0301\u0308\u0327"
    "محدعبلاﷲهةىيپکی،\u0640\u064e\u200cאבושהКнигаёўђΜπντάυ"
    "ሃይለእকরহমআांकखृष़्தமிழ்ကောင်สมเกไรร์王小明欧阳박이さきょーッგიავՀոևու"
    "\u0000\u200b\u202e\u2066\u2069\ufeff\ud800\udfff\u00ad\ufe0f😀１Ａﬁ²"
)
_WORDS = (
    *("abd", "al-", "uddin", "abu", "ullah", "von", "Mr", "J.", "Sheikh", "FNU", "oglu"),
    *("الرحمن", "عبد", "الدين", "الله", "王小明"),
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec=None), max_size=20),
    st.text(st.characters(min_codepoint=0x0370, max_codepoint=0x1CFF), max_size=20),
    st.text(st.sampled_from(_LETTERS), max_size=40),
    st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join),
)
fuzzed = settings(deadline=None)


def read(*, text: str) -> Name | None:
    try:
        return read_name(text=text)
    except NameUnreadableError:
        return None


def words(name: Name | None) -> tuple[Token, ...] | None:
    return name.tokens if name else None


@fuzzed
@given(TEXTS)
def test_a_name_or_the_typed_error(text: str) -> None:
    name = read(text=text)
    if name:
        assert 0 < len(name.tokens) <= MAX_TOKENS
        for token in name.tokens:
            assert SURFACE.fullmatch(token.surface)
            assert token.written == unicodedata.normalize("NFKC", token.written)


@fuzzed
@given(TEXTS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_name_does_not_depend_on_the_normal_form(text: str, form: str) -> None:
    assert words(read(text=unicodedata.normalize(form, text))) == words(read(text=text))  # type: ignore[arg-type]


@fuzzed
@given(TEXTS)
@example("محمد Ali, الحسن")
def test_the_shown_name_is_read_as_the_typed_one(text: str) -> None:
    name = read(text=text)
    if name:
        assert words(read(text=name.shown)) == name.tokens


@fuzzed
@given(TEXTS, TEXTS)
@example("Rahman, a", "Abdul")
def test_shown_fields_are_read_as_the_typed_ones(surnames: str, forenames: str) -> None:
    try:
        name = read_name(surnames, forenames)
        read_name(surnames=surnames), read_name(forenames=forenames)
    except NameUnreadableError:
        return
    assert sorted(t.surface for t in name.tokens) == sorted(
        t.surface for t in read_name(text=name.shown).tokens
    )


@fuzzed
@given(TEXTS)
def test_shown_text_has_no_control_and_closes_what_it_opens(text: str) -> None:
    shown = displayed(text)
    categories = [unicodedata.category(c) for c in shown if c not in "\u2068\u2069"]
    assert not {"Cc", "Cf", "Cs", "Co", "Cn"} & set(categories)
    depth = 0
    for character in shown:
        depth += (character == "\u2068") - (character == "\u2069")
        assert depth >= 0
    assert depth == 0


@fuzzed
@given(st.text(max_size=30))
def test_a_clean_text_is_clean_already(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@fuzzed
@given(st.text(max_size=200))
def test_romanised_text_is_plain(text: str) -> None:
    assert re.fullmatch("[a-z0-9]{0,64}", romanise(clean(text)))


@fuzzed
@given(
    st.one_of(st.text(max_size=45), st.text(st.sampled_from("ABDEHIKLMNRSTUXYZ<0"), max_size=45))
)
def test_a_machine_readable_name_or_the_typed_error(text: str) -> None:
    try:
        name = read_mrz_name(text)
    except NameUnreadableError:
        return
    assert all(SURFACE.fullmatch(token.surface) for token in name.tokens)


@pytest.mark.parametrize("character", ["\u0301", "\ufdfa", "\u202e", "ب", "a\u0300\u0316"])
def test_long_runs_of_one_character_end(character: str) -> None:
    name = read(text=(character * 10_000)[:10_000])
    assert name is None or len(name.shown) <= MAX_CHARACTERS

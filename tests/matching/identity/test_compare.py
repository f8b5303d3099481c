"""Comparing identities: what holds for any two, and what people expect of invented ones."""

from __future__ import annotations

import csv
import math
import pickle
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.date import PartialDate
from matching.errors import NameUnreadableError
from matching.identity import Comparer, Comparison, Identity
from matching.name.read import read_name

CASES = Path(__file__).parent / "cases" / "names.csv"
STRONG, MEDIUM = 15.0, 6.0
"""Bits from which a case is STRONG, and from which it is MEDIUM; below it is WEAK."""
COMPARER = Comparer()
NAMES = st.text(
    st.one_of(
        st.characters(categories=("L", "M", "Z", "P")),
        st.sampled_from("abdehiklmnorstuyz -'"),
        st.sampled_from("محمدعليحسنابرهيم "),
    ),
    max_size=40,
)

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
WORDS = st.sampled_from(
    ["Zoé", "Müller", "Hassan", "Karim", "Ängström", "Đorđe", "Łukasz", "محمد", "Иван", "Νίκος"]
)


def identity(
    name: str, birth: str = "", nationality: str = "", documents: tuple[str, ...] = ()
) -> Identity:
    births = (PartialDate.read(*map(int, birth.split("-"))),) if birth else ()
    nationalities = frozenset((nationality,)) if nationality else frozenset()
    return Identity((read_name(text=name),), births, nationalities, "", documents)


def readable(name: str) -> Identity:
    try:
        return identity(name)
    except NameUnreadableError:
        assume(False)
        raise


def compare(a: Identity, b: Identity) -> Comparison:
    return COMPARER.compare(COMPARER.prepare(a), COMPARER.prepare(b))


@given(NAMES, NAMES)
@settings(deadline=None)
def test_a_comparison_is_symmetric(a: str, b: str) -> None:
    first, second = readable(a), readable(b)
    assert compare(first, second).bits == compare(second, first).bits


@given(NAMES, NAMES)
@settings(deadline=None)
def test_nothing_is_more_alike_than_oneself(a: str, b: str) -> None:
    first, second = readable(a), readable(b)
    assert compare(first, first).bits >= compare(first, second).bits


@given(st.lists(WORDS, min_size=2, max_size=5), st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")))
@settings(deadline=None)
def test_order_and_normal_form_change_nothing(words: list[str], form: Form) -> None:
    first = readable(" ".join(words))
    turned = readable(unicodedata.normalize(form, " ".join(reversed(words))))
    # Words that are read as one, or as titles, depend on their place by right.
    assume(
        {t.written for t in first.names[0].tokens} == {t.written for t in turned.names[0].tokens}
    )
    assume(len(first.names[0].tokens) == len(turned.names[0].tokens) == len(words))
    assert compare(first, turned).bits == compare(first, first).bits


@given(NAMES, NAMES)
@settings(deadline=None)
def test_terms_add_up_and_say_nothing_in_a_repr(a: str, b: str) -> None:
    first, second = readable(a), readable(b)
    found = compare(first, second)
    assert math.fsum(term.bits for term in found.terms) == found.bits
    prepared = [COMPARER.prepare(who) for who in (first, second)]
    assume(all(len(who.identity.names) == 1 for who in prepared))  # of aliases the best pair counts
    laid = [COMPARER.lay_out(who.names) for who in (first, second)]
    assert found.bits == pytest.approx(float(COMPARER.bits(*laid)[0]), abs=0.2)  # 256ths of a bit
    written = first.names[0].tokens[0].written
    if len(written) > 4 and not written.isascii():  # words of the explanation are English
        assert written not in repr(found.terms)


@given(NAMES, NAMES, st.floats(-20, 60))
@settings(deadline=None)
def test_the_changes_of_why_not_would_reach_the_threshold(a: str, b: str, line: float) -> None:
    found = compare(readable(a), readable(b))
    reason = found.why_not(line)
    gained = sum(term.best - term.bits for term in reason.changes)
    if reason.changes:
        assert found.bits + gained >= line - 1e-9
    assert (reason.missing == 0) == (found.bits >= line)


def test_a_name_of_two_hundred_aliases_is_compared() -> None:
    aliases = tuple(read_name(text=f"Mohammed Hassan{'a' * (n % 20)} Karim") for n in range(200))
    many = Identity(aliases)
    assert compare(many, identity("Mohammed Hassan Karim")).bits > STRONG


def test_a_copied_preparation_compares_alike_after_the_first_is_gone() -> None:
    probe = COMPARER.prepare(identity("Anna Maria Example"))
    copied = pickle.loads(pickle.dumps(COMPARER.prepare(identity("Maria Exampel"))))
    assert copied.address != probe.address
    expected = COMPARER.compare(probe, COMPARER.prepare(identity("Maria Exampel")))
    assert COMPARER.compare(probe, copied) == expected


def test_documents_outweigh_a_name() -> None:
    a = identity("Anna Example", documents=("A0123456",))
    b = identity("Maria Beispiel", documents=("AO123456",))
    terms = {str(term.kind): term for term in compare(a, b).terms}
    assert terms["document"].relation == "equal_after_confusion"
    assert terms["document"].bits > 10


def grade(bits: float) -> str:
    return "STRONG" if bits >= STRONG else "MEDIUM" if bits >= MEDIUM else "WEAK"


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['first']}~{case['second']}")
def test_a_case_is_graded_as_people_grade_it(case: dict[str, str]) -> None:
    a = identity(case["first"], case["birth_first"], case["nationality_first"])
    b = identity(case["second"], case["birth_second"], case["nationality_second"])
    found = compare(a, b)
    assert grade(found.bits) == case["grade"], f"{found.bits:.1f} bits"
    if case["relation"]:
        assert case["relation"] in {term.relation for term in found.terms}

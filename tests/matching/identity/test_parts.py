import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from matching.errors import GalleryCorruptError
from matching.identity import parts
from matching.identity.gallery import IdentityGallery
from matching.identity.numbers import NUMBER
from matching.identity.parts import KEY, OWNED
from matching.name.letters import WORD
from tests.matching.identity.people import gallery, parts_of, person

KINDS = {b"W": WORD, b"K": KEY, b"R": OWNED, b"N": NUMBER}


@pytest.fixture
def dumped() -> list[bytes]:
    one = replace(person("one", "Yusuf Halabi"), documents=("YE0123456",))
    return parts_of(gallery(one, person("two", "Ahmad", attributes=2)))


def refused(given: list[bytes]) -> str:
    with pytest.raises(GalleryCorruptError) as caught:
        IdentityGallery().restore(given)
    return caught.value.code


def changed(dumped: list[bytes], kind: bytes, change: Callable[[np.ndarray], None]) -> list[bytes]:
    """Change the entries of one part."""
    given = []
    for part in dumped:
        if part[:1] == kind:
            entries = np.frombuffer(part[1:], KINDS[kind]).copy()
            change(entries)
            part = kind + entries.tobytes()
        given.append(part)
    return given


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        (b"W", ("letters",), 128),
        (b"W", ("length",), 25),
        (b"W", ("script",), 2),
        (b"W", ("kind",), 3),
        (b"K", ("label",), 0),
        (b"K", ("label",), 3),
        (b"K", ("key",), b"same"),
        (b"K", ("key",), b""),
        (b"K", ("key",), b"\xff"),
        (b"R", ("owner",), 0),
        (b"R", ("owner",), 3),
        (b"R", ("owner",), 1),  # whose label is another one
        (b"N", ("owner",), 0),
        (b"N", ("owner",), 3),
        (b"R", ("row", "word"), 99),
        (b"R", ("row", "day"), 1 << 21),
        (b"R", ("row", "label"), 0),
        (b"R", ("row", "label"), 9),
        (b"R", ("row", "nationality"), 2),
    ],
)
def test_a_number_that_leads_nowhere_is_refused(
    dumped: list[bytes], kind: bytes, path: tuple[str, ...], value: object
) -> None:
    def change(entries: "np.ndarray") -> None:
        column = entries
        for name in path:
            column = column[name]
        column[...] = value

    assert refused(changed(dumped, kind, change)) == "part_malformed"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({"attributes": [1, 1], "nationalities": ["SYR"]}).encode(),
        json.dumps({"attributes": [1, -2], "nationalities": ["SYR"]}).encode(),
        json.dumps({"attributes": [1, 2.0], "nationalities": ["SYR"]}).encode(),
        json.dumps({"attributes": [1, 2], "nationalities": ["SYR", "SYR"]}).encode(),
        json.dumps({"attributes": [1, 2], "nationalities": [7]}).encode(),
        json.dumps({"attributes": 5, "nationalities": []}).encode(),
    ],
)
def test_a_head_that_says_nothing_is_refused(dumped: list[bytes], head: bytes) -> None:
    assert refused([b"H" + head, *dumped[1:]]) == "part_malformed"


def test_parts_that_are_missing_doubled_cut_off_or_of_no_kind_are_refused(
    dumped: list[bytes],
) -> None:
    assert refused([]) == "part_malformed"
    assert refused(dumped[1:]) == "part_malformed"
    assert refused([dumped[0], *dumped]) == "part_malformed"
    assert refused([*dumped, b"X"]) == "part_malformed"
    assert refused([*dumped, b""]) == "part_malformed"
    assert refused([*dumped[:-1], dumped[-1][:-1]]) == "part_malformed"
    assert refused([part for part in dumped if part[:1] != b"W"]) == "part_malformed"
    assert refused([part for part in dumped if part[:1] != b"K"]) == "part_malformed"
    assert refused([*dumped[:2], *dumped[1:]]) == "part_malformed"  # every word twice


def test_an_empty_gallery_has_a_dump_too() -> None:
    back = IdentityGallery()
    back.restore(parts_of(IdentityGallery()))
    assert len(back) == 0


def test_the_layout_names_format_letters_and_reading() -> None:
    assert parts.FORMAT in IdentityGallery().layout

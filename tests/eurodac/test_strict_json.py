"""JSON that two readers understand alike, or a refusal."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.strict_json import MalformedJsonError, parse

WHOLE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | WHOLE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WHOLE_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_what_was_written_is_read(value: object, escaped: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MalformedJsonError):
        parse(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json_syntax"),
        (b"{'a': 1}", "json_syntax"),
        (b"[1,]", "json_syntax"),
        (b"[Infinity]", "json_number"),
        (b"[-Infinity]", "json_number"),
        (b"[" + b"9" * 5000 + b"]", "json_number"),
        (b'"\xe9"', "json_encoding"),
        (b'"\\udc00"', "json_encoding"),
        (b'{"\\ud800": 1}', "json_encoding"),
        (b'{"a": {"b": 1, "b": 1}}', "json_duplicate_key"),
        (b"[" * 200_000, "json_depth"),
    ],
)
def test_refusals(data: bytes, code: str) -> None:
    with pytest.raises(MalformedJsonError) as refused:
        parse(data)
    assert refused.value.code == code

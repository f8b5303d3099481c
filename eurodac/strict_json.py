"""JSON as RFC 8259 and I-JSON mean it: UTF-8, finite numbers, one value per key, whole characters.

Python's reader takes more than that; what two readers could understand differently is refused.
"""

from __future__ import annotations

import json
from typing import Any

from eurodac.errors import TransmissionError

__all__ = ["MalformedJsonError", "parse"]


class MalformedJsonError(TransmissionError):
    """Bytes that are not JSON, or JSON that two readers may understand differently."""


def parse(data: bytes) -> object:
    """Read one JSON value.

    Raises:
        MalformedJsonError: ``json_encoding`` (not UTF-8, or half a character), ``json_number``
            (not finite, or too long), ``json_duplicate_key``, ``json_depth`` or ``json_syntax``.

    Examples:
        >>> parse(b'{"position": 1}')
        {'position': 1}
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        if "\\u" in text:  # an escape can write half a character, which no database stores
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise MalformedJsonError(
            "json_encoding", "the JSON is not valid UTF-8 text; send whole characters in UTF-8"
        ) from error
    except RecursionError as error:
        raise MalformedJsonError(
            "json_depth", "the JSON is nested too deeply; no message needs that"
        ) from error
    except json.JSONDecodeError as error:
        raise MalformedJsonError(
            "json_syntax",
            f"not JSON at line {error.lineno}, column {error.colno}; check the message",
        ) from error
    except ValueError as error:
        raise MalformedJsonError("json_number", "a number in the JSON is too long") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJsonError(
            "json_duplicate_key", "a JSON object has the same key twice; send each key once"
        )
    return value


def _constant(_name: str) -> object:
    raise MalformedJsonError(
        "json_number", "NaN and Infinity are not JSON numbers; leave the value out"
    )

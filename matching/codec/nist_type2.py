"""The meaning of the type 2 fields: which field carries which key of a transmission message.

Type 2 is left to each domain by ANSI/NIST-ITL; this is the table of ours. Dates are YYYYMMDD, with
00 for what is not known where a date may be partial; times are YYYYMMDDHHMMSSZ; flags are Y or N;
lists within one item are separated by commas. Text is UTF-8. Fingers, faces and scans are no text
and stand in their own records (scans have none: send them as JSON).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from matching.codec.nist_values import Subfields
from matching.errors import NistFileError

__all__ = ["TYPE2_FIELDS", "Form", "Type2Field", "from_message", "to_message"]


class Form(Enum):
    """How one item is written."""

    TEXT = auto()
    DATE = auto()
    PARTIAL_DATE = auto()
    MOMENT = auto()
    FLAG = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Type2Field:
    """One field.

    Args:
        key: Key of the message; ``"later.visa"`` stands inside the object ``"later"``.
        items: Name and form of each item; the name is "" where the value is the item itself.
        repeats: The field may have several subfields; the value is a list.
    """

    key: str
    items: tuple[tuple[str, Form], ...]
    repeats: bool = False


def _one(key: str, form: Form = Form.TEXT) -> Type2Field:
    return Type2Field(key, (("", form),))


def _group(key: str, *items: str | tuple[str, Form], repeats: bool = False) -> Type2Field:
    pairs = tuple((item, Form.TEXT) if isinstance(item, str) else item for item in items)
    return Type2Field(key, pairs, repeats)


_MISSING = "missing"  # an object field -> reason, written as pairs
TYPE2_FIELDS: Mapping[int, Type2Field] = MappingProxyType(
    {
        3: _one("category"),
        4: _one("subtype"),
        5: _one("reference_number"),
        6: _group("names", "kind", "surnames", "forenames", repeats=True),
        7: Type2Field("nationalities", (("", Form.TEXT),), repeats=True),
        8: _one("date_of_birth", Form.PARTIAL_DATE),
        9: _one("place_of_birth"),
        10: _one("sex"),
        11: _group("event", "place", ("on", Form.DATE)),
        12: _group(
            "documents",
            "type",
            "number",
            "issuing_country",
            ("expires_on", Form.DATE),
            repeats=True,
        ),
        13: _one("biometrics_taken_at", Form.MOMENT),
        14: _one("transmitted_at", Form.MOMENT),
        15: _one("operator_user_id"),
        16: _one("transferred_from"),
        17: _one("protection_granted_on", Form.DATE),
        18: _group("admission_refusal", ("on", Form.DATE), "grounds"),
        19: _one("admission_discontinued_on", Form.DATE),
        20: _one("tp_exclusion_ground", Form.FLAG),
        21: _one("tp_decision_reference"),
        22: _group(_MISSING, "field", "reason", repeats=True),
        30: _one("later.responsible_member_state"),
        31: _one("later.relocation_member_state"),
        32: _one("later.take_charge_arrival_on", Form.DATE),
        33: _one("later.take_back_arrival_on", Form.DATE),
        34: _one("later.left_territory_on", Form.DATE),
        35: _one("later.return_departure_on", Form.DATE),
        36: _one("later.relocation_arrival_on", Form.DATE),
        37: _group("later.visa", "member_state", "application_number"),
        38: _group("later.security_flag", ("circumstances", Form.LIST), "source"),
        39: _one("later.application_rejected", Form.FLAG),
        40: _one("later.border_procedure_decision"),
        41: _one("later.avrr_granted", Form.FLAG),
    }
)
"""Field number -> meaning; numbers are never used again for something else."""

# Keys of a message that other records carry.
_OTHER_RECORDS = frozenset({"fingerprints", "facial_image"})
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_ISO_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|\+00:00)", re.ASCII
)


def to_message(descriptive: Mapping[int, Subfields]) -> dict[str, object]:
    """Translate type 2 fields to the keys and values of a transmission message.

    Shapes and formats only: whether a value is allowed is for the reader of the message to say.

    Raises:
        NistFileError: ``nist_field`` - a number without meaning, a value that repeats or has more
            items than it may, or one that is not written as its form says.

    Examples:
        >>> to_message({5: (("IT1ABC",),), 8: (("19900200",),)})
        {'reference_number': 'IT1ABC', 'date_of_birth': {'year': 1990, 'month': 2, 'day': None}}
    """
    message: dict[str, object] = {}
    for tag, content in sorted(descriptive.items()):
        row = TYPE2_FIELDS.get(tag)
        if row is None:
            raise NistFileError("nist_field", f"Field 2.{tag:03} has no meaning here: remove it.")
        if len(content) != 1 and not row.repeats:
            raise NistFileError("nist_field", f"Field 2.{tag:03} ({row.key}) must not repeat.")
        values = [_value(tag, row, items) for items in content]
        parent, _, key = row.key.rpartition(".")
        target = message.setdefault(parent, {}) if parent else message
        assert isinstance(target, dict)
        target[key] = values if row.repeats else values[0]
    if _MISSING in message:
        pairs = message[_MISSING]
        assert isinstance(pairs, list)
        message[_MISSING] = {pair.get("field", ""): pair.get("reason", "") for pair in pairs}
    return message


def from_message(message: Mapping[str, object]) -> dict[int, Subfields]:
    """Translate a transmission message to type 2 fields; the inverse of ``to_message``.

    Fingers and face are left out (they have their own records), as are keys without a value.

    Raises:
        NistFileError: ``nist_field`` - a key that no field carries, or a value that cannot be
            written in its form.
    """
    flat = dict(message)
    later = flat.pop("later", None) or {}
    assert isinstance(later, Mapping)
    flat |= {f"later.{key}": value for key, value in later.items()}
    if isinstance(missing := flat.get(_MISSING), Mapping):
        flat[_MISSING] = [{"field": key, "reason": value} for key, value in missing.items()]
    tags = {row.key: tag for tag, row in TYPE2_FIELDS.items()}
    fields: dict[int, Subfields] = {}
    for key, value in flat.items():
        if value in (None, [], {}, ()) or key in _OTHER_RECORDS:
            continue
        if key not in tags:
            raise NistFileError("nist_field", f"No type 2 field carries {key}: send it as JSON.")
        row = TYPE2_FIELDS[tags[key]]
        values = value if row.repeats else [value]
        assert isinstance(values, Sequence)
        fields[tags[key]] = tuple(_items(row, one) for one in values)
    return dict(sorted(fields.items()))


def _value(tag: int, row: Type2Field, items: tuple[str, ...]) -> object:
    if len(items) > len(row.items):
        raise NistFileError("nist_field", f"Field 2.{tag:03} ({row.key}) has too many items.")
    try:
        if not row.items[0][0]:
            return _READERS[row.items[0][1]](items[0])
        named = zip(row.items, items, strict=False)
        return {name: _READERS[form](text) for (name, form), text in named if text}
    except ValueError:
        raise NistFileError(
            "nist_field", f"Field 2.{tag:03} ({row.key}) is not written as its form says."
        ) from None


def _items(row: Type2Field, value: object) -> tuple[str, ...]:
    try:
        if not row.items[0][0]:
            return (_WRITERS[row.items[0][1]](value),)
        if not isinstance(value, Mapping) or set(value) - {name for name, _ in row.items}:
            raise ValueError(row.key)
        return tuple(
            "" if value.get(name) in (None, "") else _WRITERS[form](value[name])
            for name, form in row.items
        )
    except (ValueError, TypeError, KeyError):
        raise NistFileError("nist_field", f"{row.key} cannot be written as type 2 text.") from None


def _groups(pattern: re.Pattern[str], text: object) -> tuple[str, ...]:
    found = pattern.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("not written as its form says")
    return found.groups()


def _read_partial(text: str) -> object:
    year, month, day = (int(part) for part in _groups(_DATE, text))
    return {"year": year, "month": month or None, "day": day or None}


def _read_moment(text: str) -> object:
    year, month, day, hour, minute, second = _groups(_MOMENT, text)
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _write_partial(value: object) -> str:
    if not isinstance(value, Mapping):
        raise TypeError("a partial date is an object")
    return f"{value['year']:04}{value.get('month') or 0:02}{value.get('day') or 0:02}"


def _write_text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text is expected")
    return value


def _write_list(value: object) -> str:
    if isinstance(value, str) or not isinstance(value, Sequence | frozenset | set):
        raise TypeError("a list is expected")
    if any("," in part for part in value):
        raise ValueError("a comma would split the value")
    return ",".join(sorted(value))


_READERS: Mapping[Form, Callable[[str], object]] = {
    Form.TEXT: str,
    Form.DATE: lambda text: "-".join(_groups(_DATE, text)),
    Form.PARTIAL_DATE: _read_partial,
    Form.MOMENT: _read_moment,
    Form.FLAG: lambda text: ("N", "Y").index(text) == 1,
    Form.LIST: lambda text: text.split(","),
}
_WRITERS: Mapping[Form, Callable[[object], str]] = {
    Form.TEXT: _write_text,
    Form.DATE: lambda value: "".join(_groups(_ISO_DATE, value)),
    Form.PARTIAL_DATE: _write_partial,
    Form.MOMENT: lambda value: "".join(_groups(_ISO_MOMENT, value)) + "Z",
    Form.FLAG: lambda value: {False: "N", True: "Y"}[bool(value)],
    Form.LIST: _write_list,
}

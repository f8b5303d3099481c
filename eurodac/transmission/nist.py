"""An ANSI/NIST-ITL file <-> the same message that JSON carries.

The descriptive data stand in the type 2 record, whose fields every domain defines for itself; this
is ours (text in UTF-8, dates YYYYMMDD with 00 for unknown parts, times in ISO 8601):

    2.003  category            2.014  sex                        2.030  protection granted on
    2.004  subtype             2.015  event: place, date         2.031  refusal: date, grounds
    2.005  reference number    2.016  document: type, number,    2.032  discontinued on
    2.010  name: kind,                country, expiry            2.033  exclusion ground: Y or N
           surnames, forenames 2.020  biometrics taken at        2.034  Council decision
    2.011  nationality         2.021  transmitted at             2.040  later data: field, value(s)
    2.012  date of birth       2.022  operator user id
    2.013  place of birth      2.023  transferred from
                               2.024  missing: field, reason

Fingers stand in types 14 (written) or 4, the face in type 10. Document scans come by JSON.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from eurodac.errors import BiometricRefusedError, FieldRefusedError
from matching.codec import nist_itl
from matching.codec.nist_values import MISSING_CODES, NistFace, NistFile, NistFinger, NistHeader
from matching.errors import NistFileError

__all__ = ["read_nist", "write_nist"]

_FORMAT_ARTICLE = "32024R1358#art37.1"
_TEXTS = {
    3: "category",
    4: "subtype",
    5: "reference_number",
    13: "place_of_birth",
    14: "sex",
    20: "biometrics_taken_at",
    21: "transmitted_at",
    22: "operator_user_id",
    23: "transferred_from",
    34: "tp_decision_reference",
}
_DAYS = {30: "protection_granted_on", 32: "admission_discontinued_on"}
_LISTS: dict[int, tuple[str, tuple[str, ...]]] = {
    10: ("names", ("kind", "surnames", "forenames")),
    16: ("documents", ("type", "number", "issuing_country", "expires_on")),
}
_PAIRS: dict[int, tuple[str, tuple[str, ...]]] = {
    15: ("event", ("place", "on")),
    31: ("admission_refusal", ("on", "grounds")),
}
_DAY_KEYS = frozenset({"on", "expires_on"})
_NATIONALITY, _BIRTH, _MISSING, _EXCLUSION, _LATER = 11, 12, 24, 33, 40
_YES_NO = {"Y": True, "N": False}
_FLAGS = frozenset({"application_rejected", "avrr_granted"})


def read_nist(data: bytes) -> dict[str, Any]:
    """Read a file into a transmission message.

    Args:
        data: The file, traditional encoding.

    Returns:
        A message for ``read_message``; what the law requires is not checked here.

    Raises:
        BiometricRefusedError: not a usable file, or a type 2 field that this domain does not have.
    """
    try:
        file = nist_itl.read(data)
    except NistFileError as error:
        raise BiometricRefusedError(error.code, str(error), article=_FORMAT_ARTICLE) from error
    message: dict[str, Any] = {}
    for tag, content in file.descriptive.items():
        where = f"2.{tag:03}"
        try:
            values = _read_field(tag, content)
        except (IndexError, KeyError, ValueError) as error:
            raise FieldRefusedError(
                "field_format", f"type 2 field {where} is malformed", field=where
            ) from error
        if values is None:
            raise FieldRefusedError(
                "field_unknown",
                f"type 2 field {where} is not in use; see the table of this interface",
                field=where,
                article=_FORMAT_ARTICLE,
            )
        message |= values
    return message | _images(file)


def write_nist(message: Mapping[str, Any], *, origin: str) -> bytes:
    """Write a message as a file: the inverse of ``read_nist``, for senders and tests.

    Args:
        message: A transmission message with images only (no ready-made templates, no scan).
        origin: Sending agency, ASCII.

    Raises:
        NistFileError: a value cannot be written.
    """
    number = str(message.get("reference_number", "0"))
    day = str(message.get("transmitted_at", ""))[:10].replace("-", "") or "19700101"
    face = message.get("facial_image")
    fingers = message.get("fingerprints", [])
    codes = {reason: reason for reason in MISSING_CODES.values()}
    file = NistFile(
        header=NistHeader("EURODAC", day, "EULISA", origin, number),
        descriptive=_descriptive(message),
        fingers=tuple(
            NistFinger(
                f["position"],
                0,
                f["image"].get("ppi", 500),
                f["image"]["media_type"],
                base64.b64decode(f["image"]["data"]),
            )
            for f in fingers
            if "image" in f
        ),
        faces=(NistFace(face["media_type"], base64.b64decode(face["data"])),) if face else (),
        missing=tuple(
            (f["position"], codes.get(f["missing"], "bandaged")) for f in fingers if "missing" in f
        ),
    )
    return nist_itl.write(file)


# --- type 2 -> message ------------------------------------------------------------------------

_Content = tuple[tuple[str, ...], ...]


def _read_field(tag: int, content: _Content) -> dict[str, Any] | None:
    """Read one type 2 field; None if this domain has no such field."""
    first = content[0]
    if tag in _TEXTS:
        return {_TEXTS[tag]: first[0]}
    if tag in _DAYS:
        return {_DAYS[tag]: _day(first[0])}
    if tag in _LISTS:
        key, parts = _LISTS[tag]
        return {key: [_object(items, parts) for items in content]}
    if tag in _PAIRS:
        key, parts = _PAIRS[tag]
        return {key: _object(first, parts)}
    if tag == _NATIONALITY:
        return {"nationalities": [items[0] for items in content]}
    if tag == _BIRTH:
        return {"date_of_birth": _birth(first[0])}
    if tag == _MISSING:
        return {"missing": {items[0]: items[1] for items in content}}
    if tag == _EXCLUSION:
        return {"tp_exclusion_ground": _YES_NO[first[0]]}
    if tag == _LATER:
        return {"later": {items[0]: _later(items) for items in content}}
    return None


def _day(text: str) -> str:
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        raise ValueError("a date is written YYYYMMDD")
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _birth(text: str) -> dict[str, int]:
    year, month, day = (int(part) for part in _day(text).split("-"))
    parts = {"year": year, "month": month, "day": day}
    return {name: value for name, value in parts.items() if value}


def _object(items: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str]:
    if len(items) > len(parts):
        raise ValueError("too many items")
    return {
        part: _day(item) if part in _DAY_KEYS else item
        for part, item in zip(parts, items, strict=False)
        if item
    }


def _later(items: tuple[str, ...]) -> object:
    field, *values = items
    if field == "visa":
        return {"member_state": values[0], "application_number": values[1]}
    if field == "security_flag":
        return {"source": values[0], "circumstances": values[1:]}
    if field in _FLAGS:
        return _YES_NO[values[0]]
    return _day(values[0]) if field.endswith("_on") else values[0]


def _images(file: NistFile) -> dict[str, Any]:
    images: dict[str, Any] = {}
    fingers: list[dict[str, Any]] = [
        {
            "position": finger.position,
            "image": {
                "media_type": finger.media_type,
                "data": base64.b64encode(finger.data).decode("ascii"),
                "ppi": finger.ppi,
            },
        }
        for finger in file.fingers
    ]
    fingers += [{"position": position, "missing": reason} for position, reason in file.missing]
    if fingers:
        images["fingerprints"] = fingers
    if len(file.faces) > 1:
        raise BiometricRefusedError(
            "face_count", "the file holds several facial images; send one", field="facial_image"
        )
    for face in file.faces:
        data = base64.b64encode(face.data).decode("ascii")
        images["facial_image"] = {"media_type": face.media_type, "data": data}
    return images


# --- message -> type 2 ------------------------------------------------------------------------


def _descriptive(message: Mapping[str, Any]) -> dict[int, _Content]:
    fields: dict[int, _Content] = {}
    for tag, key in _TEXTS.items():
        if message.get(key):
            fields[tag] = ((str(message[key]),),)
    for tag, key in _DAYS.items():
        if message.get(key):
            fields[tag] = ((_compact(message[key]),),)
    for tag, (key, parts) in _LISTS.items():
        if message.get(key):
            fields[tag] = tuple(_items(entry, parts) for entry in message[key])
    for tag, (key, parts) in _PAIRS.items():
        if message.get(key):
            fields[tag] = (_items(message[key], parts),)
    if message.get("nationalities"):
        fields[_NATIONALITY] = tuple((code,) for code in message["nationalities"])
    if birth := message.get("date_of_birth"):
        month, day = birth.get("month") or 0, birth.get("day") or 0
        fields[_BIRTH] = ((f"{birth['year']:04}{month:02}{day:02}",),)
    if message.get("missing"):
        fields[_MISSING] = tuple(message["missing"].items())
    if message.get("tp_exclusion_ground") is not None:
        fields[_EXCLUSION] = (("Y" if message["tp_exclusion_ground"] else "N",),)
    if message.get("later"):
        fields[_LATER] = tuple(_later_items(k, v) for k, v in message["later"].items())
    return fields


def _compact(day: str) -> str:
    return day.replace("-", "")


def _items(entry: Mapping[str, str], parts: tuple[str, ...]) -> tuple[str, ...]:
    values = [entry.get(part) or "" for part in parts]
    return tuple(
        _compact(value) if part in _DAY_KEYS else value
        for part, value in zip(parts, values, strict=True)
    )


def _later_items(field: str, value: Any) -> tuple[str, ...]:
    if field == "visa":
        return field, value["member_state"], value["application_number"]
    if field == "security_flag":
        return field, value["source"], *value["circumstances"]
    if isinstance(value, bool):
        return field, "Y" if value else "N"
    return field, _compact(value) if field.endswith("_on") else value

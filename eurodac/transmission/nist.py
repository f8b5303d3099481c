"""An ANSI/NIST-ITL file <-> the same message that JSON carries.

Type 2 fields mean what ``matching.codec.nist_type2`` says; fingers stand in types 14 (written) or
4, the face in type 10. Document scans come by JSON only.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from eurodac.errors import BiometricRefusedError
from matching.codec import nist_itl, nist_type2
from matching.codec.nist_values import NistFace, NistFile, NistFinger, NistHeader
from matching.errors import NistFileError

__all__ = ["read_nist", "write_nist"]

_FORMAT_ARTICLE = "32024R1358#art37.1"
_LIVE_SCAN_PLAIN = 0


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
        message: dict[str, Any] = nist_type2.to_message(file.descriptive)
    except NistFileError as error:
        raise BiometricRefusedError(error.code, str(error), article=_FORMAT_ARTICLE) from error
    fingers: list[dict[str, Any]] = [
        {"position": f.position, "image": _image(f.media_type, f.data) | {"ppi": f.ppi}}
        for f in file.fingers
    ]
    fingers += [{"position": position, "missing": reason} for position, reason in file.missing]
    if fingers:
        message["fingerprints"] = fingers
    if len(file.faces) > 1:
        raise BiometricRefusedError(
            "face_count", "the file holds several facial images; send one", field="facial_image"
        )
    for face in file.faces:
        message["facial_image"] = _image(face.media_type, face.data)
    return message


def write_nist(message: Mapping[str, Any], *, origin: str) -> bytes:
    """Write a message as a file: the inverse of ``read_nist``, for senders and tests.

    Args:
        message: A transmission message with images only (no ready-made templates, no scan); its
            times are UTC.
        origin: Sending agency, ASCII.

    Raises:
        NistFileError: a value cannot be written.
    """
    fingers, face = message.get("fingerprints", []), message.get("facial_image")
    day = str(message["transmitted_at"])[:10].replace("-", "")
    header = NistHeader("EURODAC", day, "EULISA", origin, str(message["reference_number"]))
    file = NistFile(
        header=header,
        descriptive=nist_type2.from_message(message),
        fingers=tuple(_finger(entry) for entry in fingers if "image" in entry),
        faces=(NistFace(face["media_type"], base64.b64decode(face["data"])),) if face else (),
        missing=tuple((f["position"], f["missing"]) for f in fingers if "missing" in f),
    )
    return nist_itl.write(file)


def _image(media_type: str, data: bytes) -> dict[str, Any]:
    return {"media_type": media_type, "data": base64.b64encode(data).decode("ascii")}


def _finger(entry: Mapping[str, Any]) -> NistFinger:
    image = entry["image"]
    return NistFinger(
        entry["position"],
        _LIVE_SCAN_PLAIN,
        image.get("ppi", 500),
        image["media_type"],
        base64.b64decode(image["data"]),
    )

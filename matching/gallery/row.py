"""One page of memory per reference: its key and the minutiae of its fingers.

A row is 4096 bytes, so that reading one reference of a memory-mapped file touches one page: length
of the key, the key, and for every position the compact minutiae of ``matching.fingerprint.compact``
without their first three bytes, which are the same for all (0 bytes: no such finger).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.errors import CodecError
from matching.fingerprint import compact
from matching.parameters import MAX_COMPARED_MINUTIAE
from matching.template import FingerPosition, FingerSet

__all__ = [
    "FINGER_STRIDE",
    "FIRST_FINGER",
    "MAX_KEY",
    "ROW_BYTES",
    "check",
    "fingers_of",
    "key_of",
    "make_row",
]

ROW_BYTES = 4096
MAX_KEY = 64
_FRONT = b"MC" + bytes([compact.VERSION])
_LONGEST = 3 + 6 * MAX_COMPARED_MINUTIAE
FINGER_STRIDE = 2 + _LONGEST
"""Bytes of one finger: size, then minutiae."""
FIRST_FINGER = 1 + MAX_KEY
"""Where position 1 begins."""


def make_row(key: str, fingers: FingerSet) -> NDArray[np.uint8]:
    """Write a reference.

    Args:
        key: 1..64 ASCII characters.
        fingers: 0..10 fingers.

    Returns:
        (4096,) uint8.

    Cost: 0.03 ms per finger.
    """
    row = bytearray(ROW_BYTES)
    name = key.encode("ascii")
    row[0] = len(name)
    row[1 : 1 + len(name)] = name
    for position, template in fingers.fingers.items():
        kept = compact.encode(template)[len(_FRONT) :]
        at = FIRST_FINGER + FINGER_STRIDE * (position - 1)
        row[at : at + 2 + len(kept)] = len(kept).to_bytes(2, "little") + kept
    return np.frombuffer(row, np.uint8)


def key_of(row: NDArray[np.uint8]) -> str:
    """Read the key of a row; "" of an empty one."""
    return row[1 : 1 + int(row[0])].tobytes().decode("ascii")


def fingers_of(row: NDArray[np.uint8]) -> dict[FingerPosition, bytes]:
    """Read the compact minutiae of a row."""
    data, found = row.tobytes(), {}
    for position in FingerPosition:
        at = FIRST_FINGER + FINGER_STRIDE * (position - 1)
        size = int.from_bytes(data[at : at + 2], "little")
        if size:
            found[position] = _FRONT + data[at + 2 : at + 2 + size]
    return found


def check(row: NDArray[np.uint8]) -> None:
    """Refuse a row that cannot be read.

    Raises:
        ValueError: the key or a size is out of range.
        CodecError: the minutiae of a finger are damaged.
    """
    if not 1 <= int(row[0]) <= MAX_KEY or not key_of(row).isascii():
        raise ValueError("the key of a row is out of range")
    fingers = fingers_of(row)
    for blob in fingers.values():
        if len(blob) > len(_FRONT) + _LONGEST:
            raise CodecError("compact_minutiae", f"{len(blob)} bytes are too many for a finger")
        compact.decode(blob)
    if not fingers:
        raise ValueError("a row has no finger")

"""The bytes of one reference: its key, the minutiae of its fingers, and its sketches.

A row is 6016 bytes.  The first 4096 hold what the comparison of minutiae needs: length of the key,
the key, for every position the compact minutiae of ``matching.fingerprint.compact`` without their
first three bytes, which are the same for all (0 bytes: no such finger), and the strengths of the
sketches (0: no usable one).  The rest are the codes of the sketches, (10, 3, 8) uint64, read for
those that the scan finds near.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint import compact
from matching.fingerprint.sketch import FingerSketches
from matching.fingerprint.stored import blobs_of
from matching.kernels.scan import FINGERS, PLANES, WORDS
from matching.parameters import MAX_COMPARED_MINUTIAE
from matching.template import FingerPosition, FingerSet

__all__ = [
    "CODES",
    "FINGER_STRIDE",
    "FIRST_FINGER",
    "FRONT",
    "KEY",
    "MAX_KEY",
    "ROW_BYTES",
    "STRENGTHS",
    "check",
    "codes_of",
    "fingers_in",
    "fingers_of",
    "key_of",
    "make_row",
]

ROW_BYTES = 6016
MAX_KEY = 64
KEY = slice(0, 1 + MAX_KEY)
"""Where length and key lie."""
CODES = slice(4096, 4096 + 8 * FINGERS * PLANES * WORDS)
"""Where the codes lie; they begin a page of memory."""
FINGER_STRIDE = 2 + 3 + 6 * MAX_COMPARED_MINUTIAE
"""Bytes of one finger: size, then minutiae."""
FIRST_FINGER = KEY.stop
"""Where position 1 begins."""
STRENGTHS = slice(
    FIRST_FINGER + FINGERS * FINGER_STRIDE, FIRST_FINGER + FINGERS * FINGER_STRIDE + FINGERS
)
"""Where the strengths lie, a byte for each position."""
FRONT = slice(0, STRENGTHS.stop)
"""What is used before the codes."""


def make_row(key: str, fingers: FingerSet, sketches: FingerSketches) -> NDArray[np.uint8]:
    """Write a reference.

    Args:
        key: 1..64 ASCII characters.
        fingers: 0..10 fingers.
        sketches: Of the same fingers in the same order; those without strength are left out.

    Returns:
        (6016,) uint8.

    Cost: 0.03 ms per finger.
    """
    row = np.zeros(ROW_BYTES, np.uint8)
    name = np.frombuffer(key.encode("ascii"), np.uint8)
    row[0], row[1 : 1 + len(name)] = len(name), name
    codes = codes_of(row[None])[0]
    for n, (position, template) in enumerate(fingers.fingers.items()):
        kept = compact.encode(template)[len(compact.FRONT) :]
        at = FIRST_FINGER + FINGER_STRIDE * (position - 1)
        blob = len(kept).to_bytes(2, "little") + kept
        row[at : at + len(blob)] = np.frombuffer(blob, np.uint8)
        if sketches.usable[n]:
            row[STRENGTHS][position - 1] = sketches.strengths[n]
            codes[position - 1] = sketches.codes[n]
    return row


def codes_of(rows: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The codes of rows, a view of them: (N, 6016) uint8 -> (N, 10, 3, 8) uint64."""
    found: NDArray[np.uint64] = rows[:, CODES].view(np.uint64)
    return found.reshape(len(rows), FINGERS, PLANES, WORDS)


def key_of(row: NDArray[np.uint8]) -> str:
    """Read the key of a row, or of that part of it; "" of an empty one."""
    return row[1 : 1 + int(row[0])].tobytes().decode("ascii")


def fingers_in(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The fingers of rows, a view of them: (N, 6016) uint8 -> (N, 10, 365) uint8."""
    part = rows[:, FIRST_FINGER : FIRST_FINGER + FINGERS * FINGER_STRIDE]
    return part.reshape(len(rows), FINGERS, FINGER_STRIDE)


def fingers_of(row: NDArray[np.uint8]) -> dict[FingerPosition, bytes]:
    """Read the compact minutiae of a row, or of its front."""
    return blobs_of(fingers_in(row[None])[0])


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
        compact.decode(blob)
    if not fingers:
        raise ValueError("a row has no finger")
    if {at + 1 for at in np.flatnonzero(row[STRENGTHS]).tolist()} - set(fingers):
        raise ValueError("a row has the sketch of a finger that is not there")

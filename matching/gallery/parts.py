"""References of a native gallery as bytes, for snapshots: fixed length, so nothing is parsed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.errors import CodecError, GalleryCorruptError
from matching.gallery.row import ROW_BYTES, check
from matching.gallery.segment import Batch

__all__ = ["LAYOUT", "decode", "encode"]

LAYOUT = "native/2"  # raised with every change of a part or a row

_REFERENCE = np.dtype(
    [
        ("attributes", "<u8"),
        ("bits", "<u8", (10, 4)),
        ("present", "u1", (10,)),
        ("row", "u1", (ROW_BYTES,)),
    ]
)


def encode(batch: Batch) -> bytes:
    """Write references; 4.4 KB each."""
    part = np.zeros(len(batch), _REFERENCE)
    part["attributes"], part["bits"] = batch.attributes, batch.bits
    part["present"], part["row"] = batch.present, batch.rows
    return part.tobytes()


def decode(part: bytes) -> Batch:
    """Read what ``encode`` wrote.

    Raises:
        GalleryCorruptError: its length or a value is out of range.
    """
    try:
        found: NDArray[np.void] = np.frombuffer(part, _REFERENCE)
        for row in found["row"]:
            check(row)
        if (found["present"] > 1).any():
            raise ValueError
    except (ValueError, CodecError):
        raise GalleryCorruptError(
            "part_malformed", "a part of the gallery snapshot is malformed; rebuild the gallery"
        ) from None
    return Batch(
        found["bits"].astype(np.uint64),
        found["present"].astype(bool),
        found["attributes"].astype(np.uint64),
        found["row"],
    )

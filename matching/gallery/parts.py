"""References of a native gallery as bytes, for snapshots: fixed length, so nothing is parsed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.errors import CodecError, GalleryCorruptError
from matching.gallery.row import ROW_BYTES, check
from matching.gallery.segment import Batch

__all__ = ["LAYOUT", "decode", "encode"]

LAYOUT = "native/3"  # raised with every change of a part or a row

_REFERENCE = np.dtype(
    [
        ("attributes", "<u8"),
        ("row", "u1", (ROW_BYTES,)),
    ]
)


def encode(batch: Batch) -> bytes:
    """Write references; 6 KB each."""
    part = np.zeros(len(batch), _REFERENCE)
    part["attributes"], part["row"] = batch.attributes, batch.rows
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
    except (ValueError, CodecError):
        raise GalleryCorruptError(
            "part_malformed", "a part of the gallery snapshot is malformed; rebuild the gallery"
        ) from None
    return Batch(found["attributes"].astype(np.uint64), found["row"])

"""References as bytes, for snapshots, and the overwriting of references in memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryCorruptError
from matching.fingerprint.compare import PackedSet
from matching.fingerprint.cylinders import PackedFinger
from matching.fingerprint.sketch import SKETCH_DIMENSIONS
from matching.kernels.native import aligned
from matching.parameters import MinutiaeFamily
from matching.template import FingerPosition

__all__ = ["LAYOUT", "Dumped", "decode", "encode"]

LAYOUT = "faiss/1"  # raised with every change of the engine's part format or quantisation
_HEAD = struct.Struct("<BQB")  # length of the key, attribute word, number of fingers
# Position, length of the family's name, bytes of the cylinders of its own tuning and of the general
# one (0: they are the same); then come name, sketch and cylinders.
_FINGER = struct.Struct("<BBII")


@dataclass(frozen=True, slots=True, repr=False)
class Dumped:
    """One reference as a snapshot holds it."""

    key: str
    attributes: int
    packed: PackedSet
    sketches: Mapping[FingerPosition, NDArray[np.int8]]


def encode(reference: Dumped) -> bytes:
    """Write one reference, little-endian, without padding."""
    key = reference.key.encode("ascii")
    pieces = [_HEAD.pack(len(key), reference.attributes, len(reference.packed.fingers)), key]
    for position, finger in reference.packed.fingers.items():
        family = finger.family.encode("ascii")
        general = b"" if finger.general is finger.own else finger.general.tobytes()
        pieces.append(_FINGER.pack(position, len(family), finger.own.nbytes, len(general)))
        pieces += [family, reference.sketches[position].tobytes(), finger.own.tobytes(), general]
    return b"".join(pieces)


class _Reader:
    """Takes bytes from the front of a part."""

    def __init__(self, part: bytes) -> None:
        self._view = memoryview(part)

    def __bool__(self) -> bool:
        return len(self._view) > 0

    def take(self, size: int) -> memoryview:
        taken, self._view = self._view[:size], self._view[size:]
        if len(taken) != size:
            raise ValueError
        return taken


def decode(part: bytes) -> Iterator[Dumped]:
    """Read the references of one part.

    Raises:
        GalleryCorruptError: it ends early or holds a value that is out of range.
    """
    reader = _Reader(part)
    while reader:
        try:
            yield _one(reader)
        except ValueError:
            raise GalleryCorruptError(
                "part_malformed", "a part of the gallery snapshot is malformed; rebuild the gallery"
            ) from None


def _one(reader: _Reader) -> Dumped:
    key_length, attributes, count = _HEAD.unpack(reader.take(_HEAD.size))
    key = bytes(reader.take(key_length)).decode("ascii")
    packed: dict[FingerPosition, PackedFinger] = {}
    sketches: dict[FingerPosition, NDArray[np.int8]] = {}
    for _ in range(count):
        number, name, own_size, general_size = _FINGER.unpack(reader.take(_FINGER.size))
        position = FingerPosition(number)
        family = MinutiaeFamily(bytes(reader.take(name)).decode("ascii"))
        sketches[position] = np.frombuffer(reader.take(SKETCH_DIMENSIONS), np.int8).copy()
        own = _cylinders(reader.take(own_size))
        general = _cylinders(reader.take(general_size)) if general_size else own
        packed[position] = PackedFinger(family, own, general)
    return Dumped(key, attributes, PackedSet(packed), sketches)


def _cylinders(data: memoryview) -> NDArray[np.uint8]:
    """Copy to where the kernels can read whole cache lines."""
    cylinders = aligned(len(data))
    cylinders[:] = np.frombuffer(data, np.uint8)
    cylinders.setflags(write=False)
    return cylinders

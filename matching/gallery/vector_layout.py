"""How vectors of a person are put together, rounded and abbreviated.

A row is the concatenation of segments (a face, ten fingers ...), each a unit-length vector times
the square root of its weight, rounded to int8 with one global step.  So one integer dot product is
the weighted sum of the segments' cosines; a missing segment is zero and adds nothing.  The whole
code of a row is the signs of chosen coordinates, so many for each segment; its leading code says
what groups of them are like.
"""

from __future__ import annotations

import math
from binascii import crc32
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.errors import TemplateError
from matching.kernels.vector import MAX_DIMENSIONS
from matching.kernels.vector_codes import CODE_BITS, SEXTETS, WIDTHS, codes, leading

__all__ = ["PERSON", "Codes", "Layout", "Segment", "face"]

_REACH = 4.6  # standard deviations of a coordinate that int8 holds; 4 in a million are clipped
_UNIT = 1e-3  # how far from one the length of a segment may be
_ROUNDED = (0.8, 1.2)  # what a row scores against itself: clipping takes the more the heavier tails
_GIVEN = (0.5, 2.0)  # the same of int8 rows, which need not be of unit length to the last step
_SPARSE = 0.75  # share of the bits; cuts were calibrated with 3 fingers in 100 missing

Floats = NDArray[np.float32]
Rows = NDArray[np.int8]
Words = NDArray[np.uint64]
Present = NDArray[np.uint16]
_T = TypeVar("_T", bound=np.generic)


class Codes(NamedTuple):
    """Codes of N rows.

    Args:
        leading: (N, 15) uint8, see ``matching.kernels.vector_codes.leading``.
        whole: (N, 8) uint64, a bit is set where a coordinate is negative.
    """

    leading: NDArray[np.uint8]
    whole: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Segment:
    """One modality of a row.

    Args:
        name: E.g. ``"face"``.
        dimensions: Of its vector, a multiple of 64.
        weight: Of its cosine in the score, > 0.
        bits: Of the code, even, at most ``dimensions``.
    """

    name: str
    dimensions: int
    weight: float
    bits: int


@dataclass(frozen=True)
class Layout:
    """The segments of a row, in order.

    Args:
        name: Identity, stored with snapshots and cuts.
        segments: 1..16, whose bits sum to at most 512.
    """

    name: str
    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.segments) <= 16 or self.dimensions > MAX_DIMENSIONS:
            raise ValueError(f"a layout has 1..16 segments and at most {MAX_DIMENSIONS} dimensions")
        if any(s.dimensions % 64 or s.dimensions < 64 for s in self.segments):
            raise ValueError("the dimensions of a segment are a multiple of 64")
        if any(s.bits % 2 or not 0 < s.bits <= s.dimensions for s in self.segments):
            raise ValueError("a segment has an even number of bits, at most its dimensions")
        if sum(s.bits for s in self.segments) > CODE_BITS:
            raise ValueError(f"a code has at most {CODE_BITS} bits")

    @cached_property
    def identity(self) -> str:
        """Says that rows of two layouts can be compared: the name, and a checksum of the rest."""
        return f"{self.name}/{crc32(repr(self.segments).encode()):08x}"

    @cached_property
    def dimensions(self) -> int:
        """Coordinates of a row."""
        return sum(s.dimensions for s in self.segments)

    @cached_property
    def everything(self) -> int:
        """Presence bits of a person with every segment."""
        return (1 << len(self.segments)) - 1

    @property
    def patterns(self) -> int:
        """How many presence patterns there are."""
        return self.everything + 1

    @cached_property
    def step(self) -> float:
        """Coordinates times this are rounded to int8."""
        return 127 / (_REACH * max(math.sqrt(s.weight / s.dimensions) for s in self.segments))

    @cached_property
    def _edges(self) -> list[int]:
        return [0, *np.cumsum([s.dimensions for s in self.segments]).tolist()]

    @cached_property
    def sources(self) -> NDArray[np.int32]:
        """(512,) int32: coordinate of every bit of a whole code, -1 for those that are not used."""
        chosen = [
            np.arange(start, start + segment.bits)
            for start, segment in zip(self._edges, self.segments, strict=False)
        ]
        sources = np.full(CODE_BITS, -1, np.int32)
        sources[: sum(map(len, chosen))] = np.concatenate(chosen)
        return sources

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """(20, W) int32: coordinates of every sextet of a leading code, -1 for none.

        What has a bit in the whole code is shared by all groups, in order.
        """
        shares = np.array_split(self.sources[self.sources >= 0], SEXTETS)
        width = next(w for w in WIDTHS if w >= len(shares[0]))
        groups = np.full((SEXTETS, width), -1, np.int32)
        for group, share in zip(groups, shares, strict=True):
            group[: len(share)] = share
        return groups

    def _owners(self, sources: NDArray[np.int32]) -> NDArray[np.intp]:
        """Segment of every coordinate, -1 for those that are not used."""
        return np.where(sources < 0, -1, np.searchsorted(self._edges, sources, "right") - 1)

    @cached_property
    def deviations(self) -> NDArray[np.float32]:
        """(patterns,) float32: standard deviation of a non-mated sum over common segments.

        One where there is a single segment: its score is the plain cosine.
        """
        variance = np.array([s.weight**2 / s.dimensions for s in self.segments])
        found = np.sqrt(self._held() @ variance)
        if len(self.segments) == 1:
            found[:] = 1
        rounded: Floats = found.astype(np.float32)
        return rounded

    def captured(self, vectors: NDArray[np.generic]) -> Present:
        """(N,) uint16: segments that are not zero; everything where there is only one segment."""
        if len(self.segments) == 1 or vectors.ndim != 2 or vectors.shape[1] != self.dimensions:
            return np.full(len(vectors), self.everything, np.uint16)
        found = np.zeros(len(vectors), np.uint16)
        for m in range(len(self.segments)):
            part = vectors[:, self._edges[m] : self._edges[m + 1]]
            found |= (part != 0).any(axis=1).astype(np.uint16) << np.uint16(m)
        return found

    def rows(self, vectors: NDArray[np.generic], present: Present) -> Rows:
        """Round vectors to rows.

        Args:
            vectors: (N, dimensions) float32, every present segment of unit length; or int8 rows.
            present: (N,) uint16, bit m = segment m was captured.

        Returns:
            (N, dimensions) int8, zero where a segment is missing.

        Raises:
            TemplateError: ``vector_shape``, ``vector_value`` or ``vector_length``: vectors must be
                like embeddings, of coordinates of about one size. Whose row scores less than 0.8
                or more than 1.2 against itself is refused; less than 0.5 or more than 2 of rows
                that were given.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.dimensions:
            raise TemplateError(
                "vector_shape", f"vectors must be (N, {self.dimensions}), not {vectors.shape}"
            )
        if vectors.dtype not in (np.float32, np.int8):
            raise TemplateError("vector_shape", f"vectors are float32 or int8, not {vectors.dtype}")
        complete = bool((present == self.everything).all())
        if not complete and not 0 < present.min() <= present.max() <= self.everything:
            raise TemplateError("vector_value", "every vector needs at least one known segment")
        if vectors.dtype == np.int8:
            rows = np.array(vectors, np.int8, order="C")
        else:
            numbers = vectors.astype(np.float32, copy=False)
            self._check_lengths(numbers, present)
            rows = self._rounded(numbers)
        for m in range(0 if complete else len(self.segments)):
            rows[present >> m & 1 == 0, self._edges[m] : self._edges[m + 1]] = 0
        self._check_self(rows, present, _GIVEN if vectors.dtype == np.int8 else _ROUNDED)
        return rows

    def _check_self(self, rows: Rows, present: Present, allowed: tuple[float, float]) -> None:
        """Refuse rows that are not like themselves: int8 of another scale, or clipped too much."""
        for m, segment in enumerate(self.segments):
            part = self._part(rows, m, present).astype(np.float32)
            likeness = np.vecdot(part, part) / np.float32(self.step**2 * segment.weight)
            if not ((likeness >= allowed[0]) & (likeness <= allowed[1])).all():
                raise TemplateError(
                    "vector_value",
                    f"a {segment.name} vector is zero, has a few coordinates far larger than the "
                    "rest, or is an int8 row of another scale; extract the template again",
                )

    def _part(self, vectors: NDArray[_T], m: int, present: Present) -> NDArray[_T]:
        """A segment of those that have it."""
        part = vectors[:, self._edges[m] : self._edges[m + 1]]
        return part if len(self.segments) == 1 else part[present >> m & 1 == 1]

    def _check_lengths(self, vectors: Floats, present: Present) -> None:
        for m in range(len(self.segments)):
            part = self._part(vectors, m, present)
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                lengths = np.sqrt(np.vecdot(part, part))
            if not (np.abs(lengths - 1) <= _UNIT).all():  # also catches NaN, zero and denormals
                raise TemplateError(
                    "vector_length",
                    f"a {self.segments[m].name} vector is not of unit length or has no numbers; "
                    "normalise it, or extract the template again",
                )

    @cached_property
    def _steps(self) -> Floats:
        weights = np.concatenate([np.full(s.dimensions, s.weight) for s in self.segments])
        found: Floats = (np.sqrt(weights) * self.step).astype(np.float32)
        return found

    def _rounded(self, vectors: Floats) -> Rows:
        scaled = vectors * self._steps
        if len(self.segments) > 1:
            scaled[~np.isfinite(scaled)] = 0  # where a segment is missing
        np.rint(scaled, out=scaled)
        np.minimum(np.maximum(scaled, -127, out=scaled), 127, out=scaled)
        return scaled.astype(np.int8, order="C")

    def codes(self, rows: Rows, present: Present) -> Codes:
        """Abbreviate rows; bits of what is missing alternate, half-way from any code."""
        whole = codes(rows, self.sources, self.masks[present])
        return Codes(leading(rows, self.groups), whole)

    @cached_property
    def masks(self) -> Words:
        """(patterns, 8) uint64: which bits of a code belong to segments that are present."""
        owners = self._owners(self.sources)
        used = self._held()[:, owners] & (owners >= 0)
        return np.packbits(np.ascontiguousarray(used), axis=1, bitorder="little").view(np.uint64)

    @cached_property
    def bits(self) -> NDArray[np.int64]:
        """(patterns,): bits of a code that count."""
        count: NDArray[np.int64] = np.bitwise_count(self.masks).sum(axis=1, dtype=np.int64)
        return count

    @cached_property
    def leading_shares(self) -> NDArray[np.float64]:
        """(patterns,): share of the energy of all groups' coordinates that is captured, 0..1.

        The energy of coordinates is what their squares sum to, on average.
        """
        owners = self._owners(self.groups)
        energy = np.array(
            [
                np.count_nonzero(owners == m) * segment.weight / segment.dimensions
                for m, segment in enumerate(self.segments)
            ]
        )
        found: NDArray[np.float64] = self._held() @ energy / energy.sum()
        return found

    def sparse(self, present: Present) -> NDArray[np.bool_]:
        """(N,) bool: whose code has too few bits for a cut; their rows are always scored."""
        found: NDArray[np.bool_] = self.bits[present] < _SPARSE * self.bits[-1]
        return found

    @cached_property
    def factors(self) -> Floats:
        """(patterns,) float32: dot product of rows -> score, by the segments that both have.

        The score is the cosine where there is one segment; otherwise the weighted sum of the
        cosines of common segments in standard deviations of non-mates.
        """
        usable = np.where(self.deviations > 0, self.deviations, np.inf)
        return (1 / (self.step**2 * usable)).astype(np.float32)

    def _held(self) -> NDArray[np.bool_]:
        """(patterns, segments): which segments a pattern has."""
        found: NDArray[np.bool_] = (
            np.arange(self.patterns)[:, None] >> np.arange(len(self.segments)) & 1
        ).astype(bool)
        return found


def face(dimensions: int) -> Layout:
    """The layout of face vectors alone: 128 or 512 dimensions are usual.

    Examples:
        >>> face(128).dimensions
        128
    """
    bits = min(dimensions, CODE_BITS)
    return Layout(f"face-{dimensions}", (Segment("face", dimensions, 1.0, bits),))


PERSON = Layout(
    "person",
    (
        Segment("face", 512, 1.0, 192),
        *(Segment(f"finger {position}", 128, 0.5, 32) for position in range(1, 11)),
    ),
)
"""A face and ten fingers in one row of 1,792 bytes."""

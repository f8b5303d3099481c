"""The vector search of vector.c in NumPy: slow, obvious, and what the tests compare it with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.kernels.vector import MASKS, TILE, Best, Chunk, Part, Probes
from matching.kernels.vector_codes import LEADING_BYTES, SEXTETS

__all__ = ["codes", "leading", "search", "sextets_of", "sign_vectors", "tables"]

_COSTLY = 250  # VECTOR_COSTLY of vector.h
_PAIRS = 32  # VECTOR_PAIRS
_ALTERNATING = np.uint64(0x5555555555555555)  # VECTOR_ALTERNATING


def search(parts: Sequence[Part], probes: Probes, best: Best, *, exact: bool = False) -> None:
    """Do what ``matching.kernels.vector.search`` does; see there."""
    for chunk, first, last in parts:
        _search(chunk, probes, best, tiles=(first, last), exact=exact)


def _search(
    chunk: Chunk, probes: Probes, best: Best, *, tiles: tuple[int, int], exact: bool
) -> None:
    rows, _, codes, masks, cuts, factors, held, *_, wanted = probes.arrays
    slots = np.arange(TILE * tiles[0], TILE * tiles[1])
    lanes = (slots % TILE).astype(np.uint64)
    alive, always = (
        (bits[slots // TILE] >> lanes & np.uint64(1)) > 0 for bits in (chunk.live, chunk.always)
    )
    for probe in range(probes.count):
        allowed = alive.copy()
        for mask in wanted[probe, :MASKS]:
            if mask:
                allowed &= (chunk.attributes[slots] & mask) > 0
        if not exact:
            differing = (chunk.codes[slots] ^ codes[probe]) & masks[probe]
            distances = np.bitwise_count(differing)
            near = _costs(chunk.leading, probes.sieve.costs[probe])[slots] <= cuts[probe, 0]
            near &= distances.sum(axis=1) <= cuts[probe, 1]
            allowed &= near | always
        chosen = slots[allowed]
        dots = chunk.rows[chosen].astype(np.int32) @ rows[probe].astype(np.int32)
        scores = dots.astype(np.float32) * factors[chunk.present[chosen] & held[probe]]
        best.candidates[probe] += 0 if exact else len(chosen)
        _keep(best, probe, scores, chosen + chunk.base, chunk.ids[chosen])


def _costs(leading: NDArray[np.uint8], costs: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(slots,): what the leading codes of all slots cost a probe."""
    sextets = sextets_of(leading.transpose(0, 2, 1).reshape(-1, LEADING_BYTES))
    each = costs[np.arange(SEXTETS), sextets]
    capped: NDArray[np.int64] = np.minimum(each.sum(axis=1, dtype=np.int64), 255)
    return capped


def sextets_of(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 20) sextets of leading codes."""
    three = codes.reshape(len(codes), -1, 3)
    fourth = three[:, :, 0] >> 6 | three[:, :, 1] >> 6 << 2 | three[:, :, 2] >> 6 << 4
    return np.concatenate([three & 63, fourth[:, :, None]], axis=2).reshape(len(codes), -1)


def _keep(
    best: Best,
    probe: int,
    scores: NDArray[np.float32],
    slots: NDArray[np.int64],
    ids: NDArray[np.int64],
) -> None:
    count = best.found[probe]
    reaching = scores >= best.floor[probe]
    every = np.concatenate([best.scores[probe, :count], scores[reaching]])
    places = np.concatenate([best.slots[probe, :count], slots[reaching]])
    owners = np.concatenate([best.ids[probe, :count], ids[reaching]])
    order = np.lexsort((places, -every))[: best.k]
    best.found[probe] = len(order)
    best.scores[probe, : len(order)] = every[order]
    best.slots[probe, : len(order)] = places[order]
    best.ids[probe, : len(order)] = owners[order]
    if len(order) == best.k:
        best.floor[probe] = max(best.floor[probe], every[order[-1]])


def codes(
    rows: NDArray[np.int8], sources: NDArray[np.int32], masks: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Do what ``matching.kernels.vector_codes.codes`` does; see there."""
    bits = np.ascontiguousarray(_chosen(rows, sources) < 0)
    packed = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    found: NDArray[np.uint64] = (packed & masks) | (_ALTERNATING & ~masks)
    return found


def _chosen(rows: NDArray[np.int8], sources: NDArray[np.int32]) -> NDArray[np.int8]:
    """The coordinates of every row, zero where there is none."""
    found: NDArray[np.int8] = np.where(sources < 0, 0, rows[:, sources]).astype(np.int8)
    return found


def sign_vectors(width: int) -> NDArray[np.int8]:
    """(32, W): one of each pair of opposites, for groups of 8, 16 or 32 coordinates."""
    place = np.arange(width)
    bits = [place >> k & 1 for k in range(4)]
    pairs, chain = bits[0] & bits[1] ^ bits[2] & bits[3], bits[1] & bits[2]
    matrix = np.ones((1, 1), np.int64)
    while len(matrix) < width:
        matrix = np.kron([[1, 1], [1, -1]], matrix)
    views = [matrix * (1 - 2 * (view % 2 * pairs ^ view // 2 * chain)) for view in range(4)]
    return np.concatenate(views)[:_PAIRS].astype(np.int8)


def _products(rows: NDArray[np.int8], groups: NDArray[np.int32]) -> NDArray[np.int64]:
    """(N, 20, 32): every group times the sign vectors."""
    vectors = sign_vectors(groups.shape[1]).astype(np.int64)
    found: NDArray[np.int64] = _chosen(rows, groups).astype(np.int64) @ vectors.T
    return found


def leading(rows: NDArray[np.int8], groups: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Do what ``matching.kernels.vector_codes.leading`` does; see there."""
    products = _products(rows, groups)
    best = np.abs(products).argmax(axis=2)
    negative = np.take_along_axis(products, best[:, :, None], axis=2)[:, :, 0] < 0
    four = (best + _PAIRS * negative).astype(np.uint8).reshape(len(rows), -1, 4)
    high = np.stack([four[:, :, 3] >> 2 * i & 3 for i in range(3)], axis=2) << 6
    packed: NDArray[np.uint8] = (four[:, :, :3] | high).reshape(len(rows), -1)
    return packed


def tables(
    rows: NDArray[np.int8], groups: NDArray[np.int32], z: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Do what ``matching.kernels.vector_codes.tables`` does; see there."""
    products = _products(rows, groups)
    highest, squares = np.abs(products).max(axis=2), (products**2).sum(axis=(1, 2))
    margin = highest.sum(axis=1) - z * np.sqrt(squares / _PAIRS)
    scale = _COSTLY / np.where(margin > 0, margin, np.inf)
    lacking = highest[:, :, None] - np.concatenate([products, -products], axis=2)
    costs = np.minimum(np.rint(lacking * scale[:, None, None]), 255).astype(np.uint8)
    return costs, np.where((margin > 0) | (squares == 0), _COSTLY, -1).astype(np.int32)

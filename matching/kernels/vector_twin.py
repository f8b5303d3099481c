"""The vector search of vector.c in NumPy: slow, obvious, and what the tests compare it with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.kernels.vector import LEADING_BITS, MASKS, MAX_WEIGHT, TILE, Best, Chunk, Part, Probes

__all__ = ["codes", "search", "weigh"]

_COSTLY = 500  # VECTOR_COSTLY of vector.h
_ALTERNATING = np.uint64(0x5555555555555555)  # VECTOR_ALTERNATING


def search(parts: Sequence[Part], probes: Probes, best: Best, *, exact: bool = False) -> None:
    """Do what ``matching.kernels.vector.search`` does; see there."""
    for chunk, first, last in parts:
        _search(chunk, probes, best, tiles=(first, last), exact=exact)


def _search(
    chunk: Chunk, probes: Probes, best: Best, *, tiles: tuple[int, int], exact: bool
) -> None:
    rows, _, _, codes, masks, cuts, factors, held, *_, wanted = probes.arrays
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
            near = _costs(chunk.codes[slots], probes.sieve.weights[probe]) <= cuts[probe, 0]
            near &= distances.sum(axis=1) <= cuts[probe, 1]
            allowed &= near | always
        chosen = slots[allowed]
        dots = chunk.rows[chosen].astype(np.int32) @ rows[probe].astype(np.int32)
        scores = dots.astype(np.float32) * factors[chunk.present[chosen] & held[probe]]
        best.candidates[probe] += 0 if exact else len(chosen)
        _keep(best, probe, scores, chosen + chunk.base, chunk.ids[chosen])


def _costs(codes: NDArray[np.uint64], weights: NDArray[np.int8]) -> NDArray[np.int64]:
    """What leading bits that are not as a probe wants them cost."""
    bits = np.unpackbits(codes.view(np.uint8), axis=1, bitorder="little")[:, :LEADING_BITS] > 0
    costs = np.where(bits, np.maximum(-weights, 0), np.maximum(weights, 0))
    capped: NDArray[np.int64] = np.minimum(costs.sum(axis=1, dtype=np.int64), 255)
    return capped


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
    """Do what ``matching.kernels.vector.codes`` does; see there."""
    bits = np.ascontiguousarray(_chosen(rows, sources) < 0)
    packed = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    found: NDArray[np.uint64] = (packed & masks) | (_ALTERNATING & ~masks)
    return found


def _chosen(rows: NDArray[np.int8], sources: NDArray[np.int32]) -> NDArray[np.int8]:
    """(N, bits): the coordinate of every bit, zero where there is none."""
    found: NDArray[np.int8] = np.where(sources < 0, 0, rows[:, sources]).astype(np.int8)
    return found


def weigh(
    rows: NDArray[np.int8], sources: NDArray[np.int32], z: NDArray[np.float64]
) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """Do what ``matching.kernels.vector.weigh`` does; see there."""
    values = _chosen(rows, sources[:LEADING_BITS]).astype(np.float64)
    margin = np.abs(values).sum(axis=1) - z * np.sqrt((values**2).sum(axis=1))
    scale = _COSTLY / np.where(margin > 0, margin, np.inf)
    weights = np.clip(np.rint(-values * scale[:, None]), -MAX_WEIGHT, MAX_WEIGHT)
    costs = np.abs(weights).sum(axis=1) - z * np.sqrt((weights**2).sum(axis=1))
    nothing = np.where(values.any(axis=1), -1, 0)
    limits = np.where(margin > 0, np.floor(costs / 2), nothing)
    return weights.astype(np.int8), limits.astype(np.int32)

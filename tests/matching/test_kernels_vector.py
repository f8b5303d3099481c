"""The compiled vector search against its twin, at every instruction set of this machine."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import vector, vector_twin
from matching.kernels.native import Level, level
from matching.kernels.vector import LEADING_BITS, MAX_WEIGHT, TILE, Best, Chunk, Probes, Sieve
from tests.matching.levels import levels

LEVELS = levels()
FULL = np.uint64(2**64 - 1)
ODD = np.uint64(0x5555555555555555)
EVERY = np.arange(512, dtype=np.int32)  # every bit from its own coordinate


def make_chunk(rng: np.random.Generator, *, tiles: int, dimensions: int, extreme: bool) -> Chunk:
    slots = tiles * TILE
    rows = rng.integers(-127, 128, (slots, dimensions)).astype(np.int8)
    if extreme:  # the largest sums there are, zeros, and the one value that never occurs
        rows[::3], rows[1::7], rows[2::11] = 127, 0, -128
    codes = rng.integers(0, 2**64, (slots, 8), np.uint64)
    leading = np.zeros((tiles, LEADING_BITS // 8, TILE), np.uint8)
    vector.put(leading, np.arange(slots), codes)
    return Chunk(
        leading=leading,
        codes=codes,
        rows=rows,
        live=rng.integers(0, 2**64, tiles, np.uint64) | np.uint64(1),
        always=rng.integers(0, 2**64, tiles, np.uint64) & rng.integers(0, 2**64, tiles, np.uint64),
        attributes=rng.integers(0, 16, slots).astype(np.uint32),
        present=rng.integers(1, 4, slots).astype(np.uint16),
        ids=rng.permutation(slots),
        base=1000 * TILE,
    )


def make_probes(
    rng: np.random.Generator, chunk: Chunk, count: int, *, masked: bool = False, loose: int = 0
) -> Probes:
    """Probes for whom few references pass: ``loose`` raises both cuts, to everybody from 300 on."""
    dimensions = chunk.rows.shape[1]
    masks = np.full((count, 8), FULL)
    weights = rng.integers(-5, 6, (count, LEADING_BITS)).astype(np.int8)
    weights[1::5, :12] = MAX_WEIGHT  # sums beyond a byte
    if masked:
        masks[::2, 1] = 0
        weights[::2, 64:128] = 0
    cuts = np.full((count, 2), 248 + loose, np.int32)
    cuts[:, 0] = np.abs(weights.astype(np.int32)).sum(axis=1) // 2 - 20 + loose
    cuts[2::9, 0], cuts[3::9, 0] = -1, 255  # nobody and everybody
    sieve = Sieve(
        codes=rng.integers(0, 2**64, (count, 8), np.uint64),
        masks=masks,
        weights=weights,
        cuts=cuts,
    )
    return Probes(
        rng.integers(-127, 128, (count, dimensions)).astype(np.int8),
        sieve,
        factors=rng.uniform(0.5, 2, 4).astype(np.float32),
        held=rng.integers(1, 4, count).astype(np.uint16),
        wanted=np.array([[0, 0, 0, 0], [3, 12, 0, 0], [1, 2, 4, 8]], np.uint32)[
            np.arange(count) % 3
        ],
        exact=True,
    )


def lists(best: Best) -> list[list[tuple[float, int, int]]]:
    arrays = (best.scores, best.slots, best.ids)
    return [
        list(zip(*(array[p, :n].tolist() for array in arrays), strict=True))
        for p, n in enumerate(best.found.tolist())
    ]


@pytest.mark.parametrize("at", LEVELS)
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("count", [1, 2, 4, 5, 16, 17, 33, 64, 65, 130])
@pytest.mark.parametrize(("dimensions", "extreme"), [(64, True), (128, False), (512, True)])
def test_the_lists_are_those_of_the_twin(
    at: Level, exact: bool, count: int, dimensions: int, extreme: bool
) -> None:
    rng = np.random.default_rng([count, dimensions])
    chunk = make_chunk(rng, tiles=5, dimensions=dimensions, extreme=extreme)
    probes = make_probes(rng, chunk, count, masked=count % 2 == 0)
    for k, threshold in ((1, -np.inf), (7, 10.0), (400, -np.inf), (3, np.inf)):
        found, expected = Best(count, k, threshold), Best(count, k, threshold)
        vector.search([(chunk, 1, 5)], probes, found, exact=exact, at=at)
        vector_twin.search([(chunk, 1, 5)], probes, expected, exact=exact)
        assert lists(found) == lists(expected)
        assert found.candidates.tolist() == expected.candidates.tolist()
        assert (threshold == np.inf) == (not found.found.any())


@pytest.mark.parametrize("at", LEVELS)
def test_equal_scores_stay_in_the_order_of_the_slots(at: Level) -> None:
    rng = np.random.default_rng(5)
    chunk = make_chunk(rng, tiles=4, dimensions=64, extreme=False)
    chunk.rows[:], chunk.live[:], chunk.present[:] = 1, FULL, 1
    probes = make_probes(rng, chunk, 8, loose=300)
    for exact in (False, True):
        best = Best(8, 5, -np.inf)
        vector.search([(chunk, 0, 4)], probes, best, exact=exact, at=at)
        allowed = [
            s for s in range(4 * TILE) if chunk.attributes[s] & 3 and chunk.attributes[s] & 12
        ]
        assert best.slots[1].tolist() == [chunk.base + s for s in allowed[:5]]


@pytest.mark.parametrize("at", LEVELS)
def test_lists_carried_over_ranges_are_those_of_one_range(at: Level) -> None:
    rng = np.random.default_rng(6)
    chunk = make_chunk(rng, tiles=9, dimensions=128, extreme=False)
    probes = make_probes(rng, chunk, 7, loose=4)
    whole, parts = Best(7, 6, -np.inf), Best(7, 6, -np.inf)
    vector.search([(chunk, 0, 9)], probes, whole, at=at)
    for first in range(9):
        vector.search([(chunk, first, first + 1)], probes, parts, at=at)
    assert lists(whole) == lists(parts)
    for exact in (False, True):
        found, expected = Best(7, 6, -np.inf), Best(7, 6, -np.inf)
        several = [(replace(chunk, base=9 * TILE), 1, 4), (chunk, 0, 2), (chunk, 8, 9)]
        vector.search(several, probes, found, exact=exact, at=at)
        vector_twin.search(several, probes, expected, exact=exact)
        assert lists(found) == lists(expected)


@pytest.mark.parametrize("at", LEVELS)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("loose", [0, 12, 25, 300])
def test_any_number_of_a_tile_may_pass(at: Level, count: int, loose: int) -> None:
    rng = np.random.default_rng(7)
    chunk = make_chunk(rng, tiles=43, dimensions=64, extreme=False)
    chunk.live[:] = FULL
    chunk.always[:: 1 if loose == 0 else 50] = 0
    probes = make_probes(rng, chunk, count, loose=loose)
    found, expected = Best(count, 9, -np.inf), Best(count, 9, -np.inf)
    vector.search([(chunk, 0, 43)], probes, found, at=at)
    vector_twin.search([(chunk, 0, 43)], probes, expected)
    assert lists(found) == lists(expected)
    assert found.candidates.tolist() == expected.candidates.tolist()
    assert (found.candidates[0] == 43 * TILE) == (loose == 300)  # more than a queue holds


def test_what_does_not_fit_is_refused() -> None:
    rng = np.random.default_rng(8)
    chunk = make_chunk(rng, tiles=2, dimensions=64, extreme=False)
    probes = make_probes(rng, chunk, 2)
    other = make_probes(rng, make_chunk(rng, tiles=1, dimensions=128, extreme=False), 2)
    for arguments in ((probes, (0, 3)), (probes, (-1, 1)), (other, (0, 1))):
        with pytest.raises(ValueError, match="fit the chunk"):
            vector.search([(chunk, *arguments[1])], arguments[0], Best(2, 1, 0.0))
    for weight in (MAX_WEIGHT + 1, -MAX_WEIGHT - 1, -128):
        weights = probes.sieve.weights.copy()
        weights[-1, -1] = weight
        with pytest.raises(ValueError, match="at most"):
            Probes(
                np.zeros((2, 64), np.int8),
                replace(probes.sieve, weights=weights),
                factors=np.ones(2, np.float32),
                held=np.ones(2, np.uint16),
                wanted=np.zeros((2, 4), np.uint32),
            )
    with pytest.raises(ValueError, match="outside"):
        vector.put(chunk.leading, np.array([2 * TILE]), np.zeros((1, 8), np.uint64))
    if level() < Level.AVX512:
        with pytest.raises(KernelError):
            vector.search([(chunk, 0, 1)], probes, Best(2, 1, 0.0), at=Level.AVX512)


def test_a_bit_weighs_what_its_coordinate_does_and_wants_its_sign() -> None:
    rows = np.zeros((2, 512), np.int8)
    rows[:, :4] = [[10, -20, 0, 40], [127, -127, 127, 127]]
    weights, costs = vector.weigh(rows, EVERY, np.array([0.0, 1.9]))
    assert weights[0, :4].tolist() == [-42, 42, 0, -42]  # at most what a table holds
    assert costs[0] == 63
    assert (np.abs(weights[1, :4]) == 42).all()
    impossible = np.array([3.0])  # more deviations than there can be
    none, never = vector.weigh(rows[1:], EVERY, impossible)
    assert not none.any()
    assert never.tolist() == [-1]


def make_rows(rng: np.random.Generator) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """Rows of all kinds, and sources of which some are not used and some stand twice."""
    rows = rng.integers(-128, 128, (400, 576)).astype(np.int8)
    rows[::5] = rng.normal(0, 20, (80, 576)).clip(-127, 127).astype(np.int8)
    rows[1::7, 3:] = 0
    rows[2] = 0
    return rows, rng.integers(-1, 576, 512).astype(np.int32)


def test_weights_and_costs_are_those_of_the_twin() -> None:
    rng = np.random.default_rng(9)
    rows, sources = make_rows(rng)
    z = rng.uniform(-100, 12, 400)
    for places in (EVERY, sources):
        weights, costs = vector.weigh(rows, places, z)
        expected = vector_twin.weigh(rows, places, z)
        assert weights.tolist() == expected[0].tolist()
        assert costs.tolist() == expected[1].tolist()
    with pytest.raises(ValueError, match="one z"):
        vector.weigh(rows, EVERY, z[1:])


def test_codes_are_those_of_the_twin() -> None:
    rng = np.random.default_rng(10)
    rows, sources = make_rows(rng)
    masks = rng.integers(0, 2**64, (400, 8), np.uint64)
    masks[::3] = FULL
    for places in (EVERY, sources):
        expected = vector_twin.codes(rows, places, masks)
        assert vector.codes(rows, places, masks).tolist() == expected.tolist()
    assert (vector.codes(rows, EVERY, np.zeros_like(masks)) == ODD).all()
    for bad, message in (
        ((rows[:, ::2], EVERY[:], masks), "contiguous"),
        ((rows, EVERY + 65, masks), "beyond"),
        ((rows, EVERY[:-1], masks), "512 int32 sources"),
        ((rows, EVERY, masks[1:]), "one mask"),
    ):
        with pytest.raises(ValueError, match=message):
            vector.codes(*bad)

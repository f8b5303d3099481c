"""The compiled vector search against its twin, at every instruction set of this machine."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.gallery.vector_layout import face
from matching.kernels import vector, vector_codes, vector_twin
from matching.kernels.native import Level, level
from matching.kernels.vector import TILE, Best, Chunk, Probes, Sieve
from matching.kernels.vector_codes import LEADING_BYTES, SEXTETS, WIDTHS
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
    leading = np.zeros((tiles, LEADING_BYTES, TILE), np.uint8)
    vector.put(leading, np.arange(slots), rng.integers(0, 256, (slots, LEADING_BYTES), np.uint8))
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
    costs = rng.integers(0, 17, (count, SEXTETS, 64)).astype(np.uint8)
    costs[1::5, 3:8] *= 15  # sums beyond a byte
    if masked:
        masks[::2, 1] = 0
        costs[::2, 8:16] = 0
    cuts = np.full((count, 2), 248 + loose, np.int32)
    cuts[:, 0] = costs.mean(axis=2).sum(axis=1) - 20 + loose
    cuts[2::9, 0], cuts[3::9, 0] = -1, 255  # nobody and everybody
    sieve = Sieve(
        codes=rng.integers(0, 2**64, (count, 8), np.uint64),
        masks=masks,
        costs=costs,
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
@pytest.mark.parametrize("count", [1, 2, 4, 5, 16, 17, 33, 64, 65, 256])
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


@pytest.mark.parametrize("at", LEVELS)
@pytest.mark.parametrize(("count", "loose"), [(65, 0), (130, 15), (256, 40), (64, 300)])
def test_many_probes_meet_many_tiles(at: Level, count: int, loose: int) -> None:
    """Several groups of tiles and of probes, and tiles that pass whole for 64 probes."""
    rng = np.random.default_rng([count, loose])
    chunk = make_chunk(rng, tiles=19, dimensions=64, extreme=False)
    chunk.live[5] = 0
    if loose == 300:
        chunk.live[:] = FULL
    probes = make_probes(rng, chunk, count, loose=loose)
    parts = [(chunk, 1, 18), (replace(chunk, base=5000 * TILE), 18, 19)]
    found, expected = Best(count, 5, -np.inf), Best(count, 5, -np.inf)
    vector.search(parts, probes, found, at=at)
    vector_twin.search(parts, probes, expected)
    assert lists(found) == lists(expected)
    assert found.candidates.tolist() == expected.candidates.tolist()


def test_what_does_not_fit_is_refused() -> None:
    rng = np.random.default_rng(8)
    chunk = make_chunk(rng, tiles=2, dimensions=64, extreme=False)
    probes = make_probes(rng, chunk, 2)
    other = make_probes(rng, make_chunk(rng, tiles=1, dimensions=128, extreme=False), 2)
    for arguments in ((probes, (0, 3)), (probes, (-1, 1)), (other, (0, 1))):
        with pytest.raises(ValueError, match="fit the chunk"):
            vector.search([(chunk, *arguments[1])], arguments[0], Best(2, 1, 0.0))
    with pytest.raises(ValueError, match="more than the 256"):
        make_probes(rng, chunk, 257)
    with pytest.raises(ValueError, match="one row per probe"):
        replace(probes.sieve, costs=probes.sieve.costs[:, 1:])
    with pytest.raises(ValueError, match="outside"):
        vector.put(chunk.leading, np.array([2 * TILE]), np.zeros((1, LEADING_BYTES), np.uint8))
    with pytest.raises(ValueError, match="15 bytes"):
        vector.put(chunk.leading, np.array([0]), np.zeros((1, 18), np.uint8))
    if level() < Level.AVX512:
        with pytest.raises(KernelError):
            vector.search([(chunk, 0, 1)], probes, Best(2, 1, 0.0), at=Level.AVX512)


@pytest.mark.parametrize("width", WIDTHS)
def test_sign_vectors_are_far_from_each_other_and_cover_all_directions_alike(width: int) -> None:
    half = vector_twin.sign_vectors(width).astype(int)
    assert half.shape == (32, width)
    assert (half.T @ half == 32 * np.eye(width, dtype=int)).all()  # so no direction is preferred
    products = np.abs(np.concatenate([half, -half]) @ half.T)
    assert np.sort(products, axis=0)[-3:].T.tolist() == [[4 * (width < 32), width, width]] * 32


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sextet_names_the_sign_vector_that_its_group_is_most_like(width: int) -> None:
    groups = np.arange(SEXTETS * width, dtype=np.int32).reshape(SEXTETS, width)
    half = vector_twin.sign_vectors(width)
    words = np.random.default_rng(11).integers(0, 64, (50, SEXTETS))
    rows = (np.concatenate([half, -half])[words] * 3).reshape(50, -1).astype(np.int8)
    rows[:, ::width] += 1  # not exactly
    codes = vector_codes.leading(np.ascontiguousarray(rows), groups)
    assert vector_twin.sextets_of(codes).tolist() == words.tolist()


def test_what_is_most_like_a_probe_costs_nothing_and_its_opposite_most() -> None:
    groups = np.arange(SEXTETS * 32, dtype=np.int32).reshape(SEXTETS, 32)
    rows = np.random.default_rng(12).normal(0, 20, (9, 640)).clip(-127, 127).astype(np.int8)
    costs, cuts = vector_codes.tables(rows, groups, np.full(9, 2.0))
    best = vector_twin.sextets_of(vector_codes.leading(rows, groups)).astype(int)
    assert not np.take_along_axis(costs, best[:, :, None], axis=2).any()
    assert (
        np.take_along_axis(costs, (best ^ 32)[:, :, None], axis=2) == costs.max(axis=2)[:, :, None]
    ).all()
    below = costs.mean(axis=2).sum(axis=1) - cuts
    assert below == pytest.approx(2 * np.sqrt(costs.var(axis=2).sum(axis=1)), rel=0.03)
    never = vector_codes.tables(rows, groups, np.full(9, 50.0))[
        1
    ]  # more deviations than there can be
    assert (never == -1).all()
    nothing, everybody = vector_codes.tables(np.zeros((1, 640), np.int8), groups, np.array([2.0]))
    assert not nothing.any()
    assert everybody[0] >= 0


def make_rows(rng: np.random.Generator) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """Rows of all kinds, and sources, some of which are not used and some stand twice."""
    rows = rng.integers(-128, 128, (400, 576)).astype(np.int8)
    rows[::5] = rng.normal(0, 20, (80, 576)).clip(-127, 127).astype(np.int8)
    rows[1::7, 3:] = 0
    rows[2] = 0
    return rows, rng.integers(-1, 576, 512).astype(np.int32)


@pytest.mark.parametrize("width", WIDTHS)
def test_leading_codes_and_their_costs_are_those_of_the_twin(width: int) -> None:
    rng = np.random.default_rng(9)
    rows, _ = make_rows(rng)
    groups = rng.integers(-1, 576, (SEXTETS, width)).astype(np.int32)
    groups[3] = -1
    z = rng.uniform(-100, 12, 400)
    assert vector_codes.leading(rows, groups).tolist() == vector_twin.leading(rows, groups).tolist()
    costs, cuts = vector_codes.tables(rows, groups, z)
    expected = vector_twin.tables(rows, groups, z)
    assert costs.tolist() == expected[0].tolist()
    assert cuts.tolist() == expected[1].tolist()
    with pytest.raises(ValueError, match="one z"):
        vector_codes.tables(rows, groups, z[1:])
    for bad in (groups[1:], np.ascontiguousarray(groups[:, 1:]), groups.ravel()):
        with pytest.raises(ValueError, match="20 groups"):
            vector_codes.leading(rows, bad)


def test_codes_are_those_of_the_twin() -> None:
    rng = np.random.default_rng(10)
    rows, sources = make_rows(rng)
    masks = rng.integers(0, 2**64, (400, 8), np.uint64)
    masks[::3] = FULL
    for places in (EVERY, sources):
        expected = vector_twin.codes(rows, places, masks)
        assert vector_codes.codes(rows, places, masks).tolist() == expected.tolist()
    assert (vector_codes.codes(rows, EVERY, np.zeros_like(masks)) == ODD).all()
    for bad, message in (
        ((rows[:, ::2], EVERY[:], masks), "contiguous"),
        ((rows, EVERY + 65, masks), "beyond"),
        ((rows, EVERY[:-1], masks), "512 sources"),
        ((rows, EVERY, masks[1:]), "one mask"),
    ):
        with pytest.raises(ValueError, match=message):
            vector_codes.codes(*bad)


def test_a_leading_code_tells_more_than_as_many_signs() -> None:
    rng = np.random.default_rng(13)
    rows = rng.normal(0, 27, (3050, 512)).round().clip(-127, 127).astype(np.int8)
    probes, references = rows[:50], rows[50:]
    costs, _ = vector_codes.tables(probes, face(512).groups, np.full(50, -2.0))
    sextets = vector_twin.sextets_of(vector_codes.leading(references, face(512).groups))
    cost = costs[:, np.arange(SEXTETS), sextets].sum(axis=2, dtype=float)
    signs = probes[:, :120].astype(float) @ np.where(references[:, :120] < 0, -1.0, 1.0).T
    scores = probes.astype(float) @ references.T.astype(float)
    told, by_signs = (np.corrcoef(x.ravel(), scores.ravel())[0, 1] ** 2 for x in (-cost, signs))
    assert by_signs == pytest.approx(120 / 512 * 2 / np.pi, rel=0.05)
    assert told == pytest.approx(0.209, rel=0.05)

"""The compiled scan against its NumPy twin, at every level of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.kernels import scan, scan_twin
from matching.kernels.native import Level
from matching.kernels.scan import CodeProbe, Columns, Probe
from tests.matching.levels import levels

LEVELS = levels()
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Crowd:
    """References as rows, to compare with the columns they were written into."""

    columns: Columns
    bits: Words
    further: Words
    present: NDArray[np.bool_]
    enrolled: NDArray[np.bool_]
    attributes: Words


def words(rng: np.random.Generator, *shape: int) -> Words:
    return rng.integers(0, 2**64 - 1, shape, np.uint64, endpoint=True)


def crowd(seed: int, count: int, *, missing: float = 0.1, further: int = 2) -> Crowd:
    rng = np.random.default_rng(seed)
    columns = Columns.empty(count)
    size = len(columns)
    bits, present = words(rng, size, 10, 2), rng.random((size, 10)) >= missing
    enrolled = np.arange(size) < count
    attributes = rng.integers(0, 16, size).astype(np.uint64)
    for i in range(count):
        columns.write(i, bits[i], present=list(present[i]), attributes=int(attributes[i]))
    return Crowd(columns, bits, words(rng, size, 10, further), present, enrolled, attributes)


def probe(rng: np.random.Generator, bits: int = 128, spread: float = 4.0) -> Probe:
    weights = np.clip(np.rint(rng.normal(0, spread, (10, bits))), -15, 15).astype(np.int8)
    return Probe(weights, rng.integers(0, 600, 10).astype(np.uint32))


def scanned(
    found: Crowd, probes: list[Probe], masks: list[int], at: Level = Level.AUTO
) -> NDArray[np.uint16]:
    out = np.zeros((len(probes), len(found.columns)), np.uint16)
    permitted = np.tile(scan.permit(found.columns, masks, at=at), (len(probes), 1))
    for tile in range(len(found.columns) // scan.TILE):
        scan.leading_distances(
            found.columns, probes, permitted=permitted, out=out, tiles=(tile, tile + 1), at=at
        )
    return out


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("count", [1, 63, 64, 65, 511, 512, 513, 1300])
@pytest.mark.parametrize("probes", [1, 3, 8])
def test_the_scan_gives_the_distances_of_the_twin(at: Level, count: int, probes: int) -> None:
    found, rng = crowd(count, count), np.random.default_rng(count)
    wanted = [probe(rng) for _ in range(probes)]
    masks = [0b0110, 0b1011]
    allowed = scan_twin.permitted(found.enrolled, found.attributes, masks)
    for row, one in zip(scanned(found, wanted, masks, at), wanted, strict=True):
        assert (row == scan_twin.leading(found.bits, found.present, one, allowed=allowed)).all()


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("weight", [15, -15, 5, -5, 0])
def test_the_largest_weights_do_not_overflow(at: Level, weight: int) -> None:
    weights = np.zeros((10, 128), np.int8)
    for begin, end in scan.ROW_GROUPS:
        weights[:, begin : min(end, begin + 255 // max(1, abs(weight)))] = weight
    extreme = Probe(weights, np.full(10, 6000, np.uint32))
    found = crowd(3, 600, missing=0.5)
    found.bits[:2] = [[[0]], [[2**64 - 1]]]
    for i in (0, 1):
        found.present[i] = True
        found.columns.write(i, found.bits[i], present=[True] * 10, attributes=1)
    expected = scan_twin.leading(found.bits, found.present, extreme, allowed=found.enrolled)
    assert (scanned(found, [extreme], [], at)[0] == expected).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.floats(0, 1), st.integers(0, 10))
def test_all_levels_agree(seed: int, count: int, missing: float, fingers: int) -> None:
    found, rng = crowd(seed, count, missing=missing), np.random.default_rng(seed)
    one = probe(rng)
    one.weights[fingers:], one.neutral[fingers:] = 0, 0
    results = [scanned(found, [one], [], at) for at in LEVELS]
    assert all((each == results[0]).all() for each in results)


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("bits", [64, 128, 256, 512])
def test_refining_adds_the_distance_of_the_further_bits(at: Level, bits: int) -> None:
    found, rng = crowd(4, 700, further=bits // 64), np.random.default_rng(4)
    one = probe(rng, bits, 7.0)
    chosen = rng.choice(700, 90, replace=False).astype(np.int64)
    got = np.full(90, 1000, np.uint32)
    scan.refine(found.columns, found.further, chosen, one, distances=got, at=at)
    rows = scan_twin.distances(found.further, found.present, one)
    assert (got == 1000 + rows[chosen]).all()


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("seed", range(6))
def test_who_is_near_depends_on_fingers_in_common_and_strength(at: Level, seed: int) -> None:
    """Limits at both ends, more found than there is room for, nobody permitted in some blocks."""
    rng = np.random.default_rng(seed)
    found = crowd(seed, 5000, missing=(0.0, 0.02, 0.5)[seed % 3])
    distances = rng.integers(0, 300, len(found.columns)).astype(np.uint16)
    distances[::5] = rng.choice([32768, 65534, scan.NEVER], len(distances[::5]))
    permitted = found.columns.enrolled & rng.integers(0, 2**64 - 1, len(distances) // 64, np.uint64)
    permitted[3:9] = 0
    used = rng.random(10) < (1.0, 0.7)[seed % 2]
    strengths = found.columns.strengths
    strengths[:] = rng.integers(0, 256, len(distances))
    limits = rng.choice([-1, 0, 150, 40000, 65534, scan.NEVER], (11, 256)).astype(np.int32)
    limits[:: 2 + seed] = limits[:: 2 + seed, :1]
    got, common = scan.near(
        found.columns, distances, permitted=permitted, used=used, limits=limits, at=at
    )
    present = np.unpackbits(
        found.columns.presence.view(np.uint8).reshape(-1, 10, 8), axis=2, bitorder="little"
    )
    count = (present * used[None, :, None]).sum(axis=1).ravel()
    allowed = np.unpackbits(permitted.view(np.uint8), bitorder="little").astype(bool)
    wanted = allowed & (distances <= limits[count, strengths])
    assert (got == np.flatnonzero(wanted)).all()
    assert (common == count[got]).all()


def test_nobody_is_near_where_nobody_is_permitted() -> None:
    found = crowd(1, 100)
    near, common = scan.near(
        found.columns,
        np.zeros(len(found.columns), np.uint16),
        permitted=np.zeros_like(found.columns.enrolled),
        used=np.ones(10, bool),
        limits=np.full((11, 256), scan.NEVER, np.int32),
    )
    assert len(near) == len(common) == 0


def test_the_planted_mate_is_the_nearest() -> None:
    found, rng = crowd(5, 1200, missing=0.0), np.random.default_rng(5)
    signs = np.unpackbits(found.bits[777].view(np.uint8), axis=1, bitorder="little")
    sizes = rng.integers(1, 6, (10, 128))
    noisy = np.where(rng.random((10, 128)) < 0.2, 1 - signs, signs)
    mate = Probe(np.where(noisy == 1, sizes, -sizes).astype(np.int8), np.zeros(10, np.uint32))
    assert np.argsort(scanned(found, [mate], [])[0])[0] == 777


def test_a_wiped_reference_is_never_found_and_leaves_no_byte() -> None:
    found, one = crowd(6, 100), probe(np.random.default_rng(6))
    columns = found.columns
    columns.strengths[70] = 60
    columns.wipe(70)
    assert not columns.strengths[70]
    assert scanned(found, [one], [])[0][70] == scan.NEVER
    assert not columns.leading[0, :, 1, :, 6].any()
    assert columns.attributes[70] == 0
    assert not (columns.presence[1] >> np.uint64(6) & np.uint64(1)).any()
    others = np.delete(np.arange(100), 70)
    rows = scan_twin.distances(found.bits, found.present, one)
    assert (scanned(found, [one], [])[0][others] == rows[others]).all()


def test_a_replaced_reference_is_compared_as_it_is_now() -> None:
    found, one = crowd(7, 100), probe(np.random.default_rng(7))
    found.bits[5], found.present[5] = found.bits[200], False
    found.present[5, 3] = True
    found.columns.write(5, found.bits[5], present=list(found.present[5]), attributes=8)
    rows = scan_twin.leading(found.bits, found.present, one, allowed=found.enrolled)
    assert (scanned(found, [one], [])[0] == rows).all()


def test_transposed_references_are_those_that_were_written() -> None:
    found = crowd(8, 1024, missing=0.0)
    assert (scan.transpose(found.bits) == found.columns.leading).all()


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("masks", [[], [0], [1], [1, 2], [2**63], [2**64 - 1]])
def test_who_is_permitted(at: Level, masks: list[int]) -> None:
    found = crowd(9, 333)
    found.columns.attributes[7] = 2**63
    bits = scan.permit(found.columns, masks, at=at).view(np.uint8)
    got = np.unpackbits(bits, bitorder="little").astype(bool)
    assert (got == scan_twin.permitted(found.enrolled, found.columns.attributes, masks)).all()


def test_arguments_that_do_not_fit_are_refused() -> None:
    found, rng = crowd(10, 10), np.random.default_rng(10)
    heavy = Probe(np.full((10, 128), 15, np.int8), np.zeros(10, np.uint32))
    with pytest.raises(ValueError, match="more than 255"):
        scanned(found, [heavy], [])
    with pytest.raises(ValueError, match=r"1\.\.8"):
        scanned(found, [probe(rng)] * 9, [])
    near = partial(
        scan.near,
        found.columns,
        permitted=found.columns.enrolled,
        used=np.ones(10, bool),
    )
    distances, limits = np.zeros(len(found.columns), np.uint16), np.zeros((11, 256), np.int32)
    with pytest.raises(ValueError, match="limits"):
        near(distances, limits=limits[:, :11])
    with pytest.raises(ValueError, match="C order"):
        near(np.zeros(2 * len(distances), np.uint16)[::2], limits=limits)
    with pytest.raises(ValueError, match="lies outside"):
        scan.refine(
            found.columns,
            found.further,
            np.array([-1]),
            probe(rng),
            distances=np.zeros(1, np.uint32),
        )
    with pytest.raises(ValueError, match="tiles"):
        scan.leading_distances(
            found.columns, [probe(rng)], permitted=found.columns.enrolled[None],
            out=np.zeros((1, 512), np.uint16), tiles=(0, 2),
        )  # fmt: skip
    with pytest.raises(ValueError, match=r"-15\.\.15"):
        Probe(np.full((10, 128), 16, np.int8), np.zeros(10, np.uint32))
    with pytest.raises(ValueError, match="leading"):
        Columns(found.columns.leading[:0], *(getattr(found.columns, n) for n in
                ("presence", "enrolled", "attributes", "strengths")))  # fmt: skip


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("size", [1, 5, 15])
def test_codes_are_compared_as_by_the_twin(at: Level, size: int) -> None:
    rng = np.random.default_rng(size)
    codes = rng.integers(0, 2**64, (37, 10, 3, 8), np.uint64)
    codes[:2] = [[[[0]]], [[[2**64 - 1]]]]
    present = (rng.random((37, 10)) < 0.8).astype(np.uint8)
    weights = rng.integers(-size, size + 1, (10, 512)).astype(np.int8)
    weights[4], weights[5] = 0, size
    one = CodeProbe(weights, rng.integers(-500, 500, 10).astype(np.int32))
    assert (
        scan.likeness(codes, present, one, at=at) == scan_twin.likeness(codes, present, one)
    ).all()


def test_codes_of_another_form_are_refused() -> None:
    one = CodeProbe(np.ones((10, 512), np.int8), np.zeros(10, np.int32))
    with pytest.raises(ValueError, match="codes"):
        scan.likeness(np.zeros((2, 10, 3, 4), np.uint64), np.ones((2, 10), np.uint8), one)
    with pytest.raises(ValueError, match="present"):
        scan.likeness(np.zeros((2, 10, 3, 8), np.uint64), np.ones((1, 10), np.uint8), one)
    with pytest.raises(ValueError, match="15"):
        CodeProbe(np.full((10, 512), 16, np.int8), np.zeros(10, np.int32))

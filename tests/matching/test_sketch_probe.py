"""A probe of sketches in the scan: the mate is found, whatever is missing on either side."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.sketch import FingerSketches, encode
from matching.fingerprint.sketch_model import shipped
from matching.fingerprint.sketch_probe import make_probes
from matching.kernels import scan, scan_twin
from matching.kernels.scan import Columns
from matching.template import FingerPosition, MinutiaeTemplate
from tests.matching.minutiae import finger, impression, template

POSITIONS = list(FingerPosition)
MATE = 321


def encoded(rows: list[NDArray[np.float32]]) -> FingerSketches:
    return encode([template(each) for each in rows])


def gallery(rng: np.random.Generator, mate: FingerSketches, lacks: int) -> Columns:
    """512 persons of recombined fingers, the mate among them without its last fingers."""
    pool = encoded([finger(rng) for _ in range(60)]).bits
    columns = Columns.empty(512)
    for person in range(512):
        bits = mate.bits if person == MATE else pool[rng.choice(60, 10, replace=False)]
        there = [person != MATE or i < 10 - lacks for i in range(10)]
        columns.write(person, np.ascontiguousarray(bits[:, :2]), present=there, attributes=1)
    return columns


def nearest(columns: Columns, sketches: FingerSketches, positions: list[FingerPosition]) -> int:
    probe = make_probes(sketches, positions).leading
    out = np.zeros((1, 512), np.uint16)
    permitted = scan.permit(columns, [1])[None]
    scan.leading_distances(columns, [probe], permitted=permitted, out=out, tiles=(0, 1))
    return int(np.argmin(out[0]))


@pytest.mark.parametrize("shown", [10, 4, 2])
@pytest.mark.parametrize("lacks", [0, 3])
def test_the_mate_is_the_nearest(shown: int, lacks: int) -> None:
    rng = np.random.default_rng(shown)
    masters = [finger(rng) for _ in range(10)]
    columns = gallery(rng, encoded(masters), lacks)
    again = encoded([impression(rows, rng) for rows in masters[:shown]])
    assert nearest(columns, again, POSITIONS[:shown]) == MATE


def test_weights_keep_the_bounds_of_the_scan_and_the_signs_of_the_values() -> None:
    sketches = encoded([finger(np.random.default_rng(4), n) for n in range(20, 70, 5)])
    weights = make_probes(sketches, POSITIONS).leading.weights
    sums = [np.abs(weights[:, a:b].astype(int)).sum(axis=1).max() for a, b in scan.ROW_GROUPS]
    assert 150 < max(sums) <= scan.MAX_ROW_SUMS
    assert ((weights > 0) <= (sketches.values[:, :128] > 0)).all()
    assert ((weights < 0) <= (sketches.values[:, :128] < 0)).all()


def test_strangers_are_as_far_as_a_missing_finger() -> None:
    rng = np.random.default_rng(5)
    probes = make_probes(encoded([finger(rng) for _ in range(10)]), POSITIONS)
    cohort = shipped().cohort
    halves = ((np.abs(cohort) - 1) / 2).astype(np.uint8)
    planes = np.stack([cohort > 0, halves & 1, halves >> 1], axis=1)
    packed = np.packbits(planes, axis=2, bitorder="little").view(np.uint64)
    strangers = np.repeat(packed[:, None], 10, axis=1)  # each of them with ten equal fingers
    everybody = np.ones((len(strangers), 10), bool)
    signs = strangers[:, :, 0]
    near = [
        scan_twin.distances(np.ascontiguousarray(signs[..., some]), everybody, part)
        for part, some in ((probes.leading, slice(0, 2)), (probes.middle, slice(2, 4)))
    ]
    likeness = scan_twin.likeness(strangers, everybody.astype(np.uint8), probes.codes)
    for found, said in zip((near[0], near[0] + near[1], likeness), probes.strangers, strict=True):
        assert found.mean() == pytest.approx(said.mean, abs=10)
    absent = np.zeros((1, 10), bool)
    assert scan_twin.distances(signs[:1, :, :2], absent, probes.leading) == pytest.approx(
        probes.strangers[0].mean
    )
    lacking = scan_twin.likeness(strangers[:1], absent.astype(np.uint8), probes.codes)
    assert lacking == pytest.approx(probes.strangers[2].mean)


def test_a_probe_says_how_strong_its_fingers_are() -> None:
    rng = np.random.default_rng(8)
    many, few = ([finger(rng, count) for _ in range(3)] for count in (60, 25))
    strong, weak = (make_probes(encoded(rows), POSITIONS[:3]).strength for rows in (many, few))
    assert strong > 1.5 * weak > 0


def test_a_finger_counts_by_the_root_of_its_strength() -> None:
    rng = np.random.default_rng(9)
    rows = [finger(rng, count) for count in (60, 20)]
    found = encoded(rows)
    probes = make_probes(found, POSITIONS[:2])
    cohort = shipped().columns.T @ probes.codes.weights[:2].T.astype(np.float32)
    spreads = cohort.std(axis=0)
    told = np.sqrt(found.strengths.astype(float))
    assert spreads[0] / spreads[1] == pytest.approx(told[0] / told[1], rel=0.2)
    assert told[0] > 1.5 * told[1]


def test_a_finger_without_pairs_is_not_looked_for() -> None:
    rng = np.random.default_rng(6)
    empty = MinutiaeTemplate(np.zeros((0, 4), np.float32), np.zeros(0, np.uint8), "mindtct/1")
    sketches = encode([template(finger(rng)), empty])
    probes = make_probes(sketches, [FingerPosition.LEFT_RING, FingerPosition.LEFT_INDEX])
    assert probes.strengths.astype(bool).sum() == 1
    assert np.flatnonzero(probes.leading.weights.any(axis=1)).tolist() == [8]
    assert np.flatnonzero(probes.leading.neutral).tolist() == [8]


def test_no_usable_finger_is_a_probe_that_looks_for_nothing() -> None:
    probes = make_probes(encode([]), [])
    assert probes.strengths.astype(bool).sum() == 0
    assert not probes.leading.weights.any()


def test_positions_that_do_not_fit_are_refused() -> None:
    sketches = encoded([finger(np.random.default_rng(7)) for _ in range(2)])
    with pytest.raises(ValueError, match="positions"):
        make_probes(sketches, [FingerPosition.LEFT_RING] * 2)
    with pytest.raises(ValueError, match="positions"):
        make_probes(sketches, [FingerPosition.LEFT_RING])

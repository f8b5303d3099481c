"""What is calibrated is what the gallery does."""

from functools import partial

import numpy as np
import pytest

from benchmarks.scenarios.calibrate_sketches import FINGERS, _least, _together
from benchmarks.sketches.nearness import beyond, drawn_pairs, measure
from matching.fingerprint.cuts import limits, shipped
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit, Reference


@pytest.mark.parametrize(("fingers", "least"), [(10, 0), (2, 1)])
def test_a_pair_beyond_the_cuts_is_one_that_the_gallery_does_not_find(
    fingers: int, least: int
) -> None:
    pairs = list(drawn_pairs(4, range(120), positions=FINGERS[fingers]))
    found = measure(iter(pairs))
    mates = found.mates(found.common)
    budget = 3e-2
    lost = beyond(mates, shipped(), budget=budget)
    found_by = []
    for probe, reference in pairs:
        engine = NativeGallery(cuts=partial(limits, budget=budget), smallest=0)
        engine.enrol([Reference("mate", 1, reference)])
        found_by.append(len(engine.search(probe, permit=Permit(), k=1, threshold=-1e9).candidates))
    # Whole numbers beside rounded ones: a pair right at a limit may differ.
    assert np.count_nonzero(np.array(found_by) == lost) <= 1
    assert least <= lost.sum() < 20


def test_mates_are_nearer_the_more_fingers_and_the_stronger_they_are() -> None:
    found = measure(drawn_pairs(5, range(40), positions=FINGERS[10]))
    ten, four = (found.mates(found.fewer(n, seed=1)) for n in (10, 4))
    assert set(ten.fingers) == {10}
    assert set(four.fingers) == {4}
    assert len(ten.fingers) < len(four.fingers) == 40
    assert (np.median(ten.near, axis=0) > np.median(four.near, axis=0) + 2).all()
    strength = np.sqrt(ten.probes * ten.references)
    assert np.corrcoef(strength, ten.near[:, 2])[0, 1] > 0.6


def test_a_share_that_few_values_lie_below_is_read_off_their_tail() -> None:
    rng = np.random.default_rng(1)
    found = 10 - rng.exponential(2.0, 50_000)
    assert _least(found, 1e-2) == pytest.approx(10 - 2 * np.log(1e2), abs=0.2)
    assert _least(found, 1e-5) == pytest.approx(10 - 2 * np.log(1e5), abs=2.0)
    assert _least(found[:20], 1e-3) == pytest.approx(float(np.quantile(found[:20], 1e-3)))


def test_the_cuts_of_all_stages_lose_a_share_together() -> None:
    rng = np.random.default_rng(2)
    common = rng.exponential(2.0, 40_000)[:, None]
    found = 10 - common - rng.exponential(1.0, (40_000, 4))
    below = found < _together(found, 1e-2)
    assert below.any(axis=1).mean() == pytest.approx(1e-2, rel=0.02)
    alone = below.mean(axis=0)
    assert alone / alone[2] == pytest.approx([1 / 3, 2 / 3, 1.0, 1 / 3], abs=0.01)
    assert alone.sum() > 1.2e-2

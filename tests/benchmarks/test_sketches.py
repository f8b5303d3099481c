"""Training, scores and composed persons of the fingerprint first stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.sketches.composed import ranks
from benchmarks.sketches.persons import penetrations, tail
from benchmarks.sketches.prints import Prints, Series, make_chunk, read_prints
from benchmarks.sketches.scores import cosines, pass_rates, standardised
from benchmarks.sketches.training import Recipe, augmented, cells_of, fit
from matching.fingerprint.extractor import ExtractedFinger
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_model import SketchModel, shipped
from tests.matching.minutiae import finger, impression, template


class Tracer:
    """An extractor that is quick: ten minutiae that depend on the image."""

    name = "tracer/1"

    def extract(self, image: NDArray[np.uint8], *, ppi: int = 500) -> ExtractedFinger:
        rows = finger(np.random.default_rng(int(image.sum())), 10)
        return ExtractedFinger(template(rows, self.name), None)


def crowd(fingers: int, impressions: int, seed: int = 1) -> Prints:
    rng = np.random.default_rng(seed)
    masters = [finger(rng) for _ in range(fingers)]
    rows = [impression(master, rng) for master in masters for _ in range(impressions)]
    owners, times = np.divmod(np.arange(len(rows)), impressions)
    return Prints([template(each) for each in rows], owners, times, owners * 0)


def planted(mated: float) -> tuple[NDArray[np.float64], Prints]:
    """Scores of 40 fingers x 4: normal for strangers, this much higher for mates."""
    prints = crowd(40, 4)
    same = prints.fingers[:, None] == prints.fingers
    return np.random.default_rng(2).normal(size=same.shape) + mated * same, prints


def test_chunks_are_made_once_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.sketches.prints.CHUNK", 2)
    series = Series(seed=3, impressions=2, easiest=0.5, hardest=1.5)
    path = make_chunk(tmp_path, 1, extractor=Tracer(), series=series)
    made = path.stat().st_mtime_ns
    assert make_chunk(tmp_path, 1, extractor=Tracer(), series=series) == path
    assert path.stat().st_mtime_ns == made
    prints = read_prints([path])
    assert len(prints) == 4
    assert np.unique(prints.fingers).tolist() == [2, 3]
    assert {t.extractor for t in prints.templates} == {"tracer/1"}


def test_a_perturbed_copy_stays_near_its_print() -> None:
    rng = np.random.default_rng(4)
    rows = template(finger(rng)).minutiae
    copy = augmented(rows, Recipe(), rng)
    found = cells_of([rows, copy, template(finger(rng)).minutiae])
    assert float(found[0] @ found[1]) > float(found[0] @ found[2]) + 0.02
    assert len(augmented(rows[:0], Recipe(), rng)) == 0


def test_a_model_fitted_to_fingers_tells_other_fingers_apart_better_than_none() -> None:
    trained, others = crowd(60, 4), crowd(30, 4, seed=2)
    projection, origin = fit([trained], Recipe(copies=1))
    model = SketchModel("test", projection, origin, shipped().cohort)
    plain = cells_of([t.minutiae for t in others.templates])
    values = encode(others.templates, model=model).values
    before = pass_rates([(cosines(plain, plain), others, others)])
    after = pass_rates([(cosines(values, values), others, others)])
    assert after[2] > before[2]


def test_fitting_twice_gives_the_same_model() -> None:
    prints = crowd(30, 3)
    first, second = (fit([prints], Recipe(copies=1))[0] for _ in range(2))
    assert (first == second).all()


def test_pass_rates_count_mates_above_the_best_strangers() -> None:
    scores, prints = planted(50.0)
    assert pass_rates([(scores, prints, prints)]) == [1.0, 1.0, 1.0]
    scores, prints = planted(0.0)
    assert pass_rates([(scores, prints, prints)])[0] == pytest.approx(0.1, abs=0.05)


def test_standardised_scores_of_the_cohort_have_no_mean_and_unit_spread() -> None:
    probes = encode(crowd(5, 1).templates)
    cohort = encode(crowd(300, 1, seed=9).templates)
    signs = np.where(cohort.values > 0, 1, -1).astype(np.float32)
    model = SketchModel("test", shipped().projection, shipped().origin, signs)
    scores = standardised(probes, cohort, model, 128)
    assert scores.mean(axis=1) == pytest.approx(0, abs=1e-6)
    assert scores.std(axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("fingers", [1, 4, 10])
def test_the_tail_is_that_of_drawn_sums(fingers: int) -> None:
    rng = np.random.default_rng(5)
    strangers = rng.normal(size=20_000)
    sums = np.sort(sum(rng.choice(strangers, 100_000) for _ in range(fingers)))
    drawn = np.array([0.1, 0.01, 0.001])
    at = sums[(len(sums) * (1 - drawn)).astype(int)]
    assert tail(strangers, fingers)(at) == pytest.approx(drawn, rel=0.2)


def test_more_fingers_need_shorter_lists() -> None:
    scores, prints = planted(1.5)
    needed = [
        np.quantile(penetrations(scores, prints, fingers=n, draws=5000, seed=6), 0.99)
        for n in (2, 4, 10)
    ]
    assert needed[0] > 2 * needed[1] > 20 * needed[2] > 0


def test_a_bad_sensor_shows_where_a_person_has_all_fingers_from_one() -> None:
    scores, prints = planted(2.0)
    groups = prints.fingers // 20
    bad = (groups[:, None] == 1) & (prints.fingers[:, None] == prints.fingers)
    scores = scores - 2.0 * bad
    prints = Prints(prints.templates, prints.fingers, prints.impressions, groups)
    mixed, alone = (
        np.quantile(
            penetrations(scores, prints, fingers=10, draws=4000, seed=7, one_sensor=one), 0.9
        )
        for one in (False, True)
    )
    assert alone > 10 * mixed


def test_the_mate_is_the_first_among_composed_persons_and_a_stranger_is_not() -> None:
    prints = crowd(24, 3)
    prints = Prints(prints.templates, prints.fingers, prints.impressions, prints.fingers % 2)
    sketches = encode(prints.templates)
    for found in ranks(prints, sketches, persons=3000, probes=4, fingers=10, seed=8):
        assert (found == 0).all()
    owners = np.random.default_rng(8).permutation(prints.fingers)
    order = np.argsort(owners, kind="stable")
    times = np.zeros_like(owners)
    times[order] = np.arange(len(owners)) % 3
    strangers = Prints(prints.templates, owners, times, owners % 2)
    for found in ranks(strangers, sketches, persons=3000, probes=4, fingers=10, seed=8):
        assert found.mean() > 100

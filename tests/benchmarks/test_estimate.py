from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.errors import DataError
from benchmarks.estimate import HIGHEST, calibrate, dependence_of, llr_matrix, with_caution
from benchmarks.persons import fused, mated_scores, stranger_scores
from benchmarks.scenarios.calibrate import write_calibrations
from benchmarks.scores import PrintScores
from matching.calibrated import CALIBRATIONS, Covariate, Evidence, finger_calibrations
from matching.calibration import cllr
from matching.features import finger_feature
from matching.fusion import fuse
from matching.parameters import PERSON_THRESHOLD, MinutiaeFamily
from matching.template import FingerPosition

FINGERS, IMPRESSIONS = 10, 6


def database(seed: int, *, shift: float = 0.0, poor: float = 0.0) -> PrintScores:
    """Invented scores: mates around 0.4, strangers around 0.19, more where prints are poor."""
    rng = np.random.default_rng(seed)
    count = FINGERS * IMPRESSIONS
    finger = np.repeat(np.arange(FINGERS), IMPRESSIONS)
    quality = rng.uniform(0.2, 0.8, count)
    worse = poor * (0.8 - np.minimum.outer(quality, quality))
    mated = rng.normal(0.40, 0.07, (count, count)) + worse
    strangers = rng.normal(0.19, 0.012, (count, count)) + worse + shift
    similarity = np.where(np.equal.outer(finger, finger), mated, strangers)
    similarity = np.clip(np.triu(similarity) + np.triu(similarity, 1).T, 0, 1)
    return PrintScores(
        f"invented/{seed}",
        similarity,
        tuple(Evidence(40, float(q)) for q in quality),
        finger,
        np.tile(np.arange(IMPRESSIONS), FINGERS),
    )


def test_the_estimate_is_well_calibrated_on_a_database_it_has_not_seen() -> None:
    row = calibrate([database(1), database(2), database(3)], highest=HIGHEST, origin="test")
    held = database(4)
    first, second, mated = held.pairs()
    ratios = llr_matrix(row, held)[first, second]
    assert cllr(ratios[mated], ratios[~mated]) < 0.1
    assert row.lowest == pytest.approx(-np.log(3 * FINGERS))
    assert row.highest < PERSON_THRESHOLD
    assert row.origin == "test"


def test_the_estimate_does_not_depend_on_the_order_of_databases() -> None:
    one, two = database(1), database(2)
    forth = calibrate([one, two], highest=HIGHEST, origin="")
    back = calibrate([two, one], highest=HIGHEST, origin="")
    assert forth.intercept == pytest.approx(back.intercept, rel=1e-6)
    assert forth.slope == pytest.approx(back.slope, rel=1e-6)


def test_a_covariate_is_used_only_where_it_helps_held_out_databases() -> None:
    plain = calibrate([database(s) for s in (1, 2, 3)], highest=HIGHEST, origin="")
    assert plain.covariate is Covariate.NONE
    poor = [database(s, poor=0.45) for s in (1, 2, 3)]
    helped = calibrate(poor, highest=HIGHEST, origin="")
    assert helped.covariate is Covariate.QUALITY
    assert helped.slope > 2 * abs(helped.gain)


def test_caution_keeps_the_mean_ratio_of_strangers_at_one_on_every_held_out_database() -> None:
    scores = [database(1), database(2), database(3, shift=0.05)]
    fitted = calibrate(scores, highest=HIGHEST, origin="")
    careful = with_caution(fitted, scores, dependence=0.3)
    worst = scores[2]
    first, second, mated = worst.pairs()
    for row, expected in ((fitted, False), (careful, True)):
        # The line without the odd database, flattened and lowered in the same way.
        own = calibrate(scores[:2], highest=HIGHEST, origin="")
        scale = row.slope / fitted.slope
        lowered = replace(
            own,
            slope=scale * own.slope,
            intercept=scale * own.intercept + row.intercept - scale * fitted.intercept,
        )
        ratios = llr_matrix(lowered, worst)[first, second][~mated]
        mean = np.exp(np.where(ratios > 0, ratios, ratios / (1 + 9 * 0.3))).mean()
        assert bool(mean <= 1.01) is expected


def test_databases_that_agree_ask_for_little_caution() -> None:
    scores = [database(1), database(2), database(3)]
    fitted = calibrate(scores, highest=HIGHEST, origin="")
    careful = with_caution(fitted, scores, dependence=0.3)
    assert careful.slope > 0.6 * fitted.slope
    flattest = with_caution(fitted, scores, dependence=0.3, steepest=0.5)
    assert flattest.slope <= 0.5 * fitted.slope


def test_one_database_cannot_be_calibrated() -> None:
    with pytest.raises(DataError, match="held out"):
        calibrate([database(1)], highest=HIGHEST, origin="")


def test_fingers_with_different_numbers_of_impressions_are_no_persons() -> None:
    whole = database(1)
    keep = np.arange(len(whole.finger) - 1)
    short = PrintScores(
        "short",
        whole.similarity[np.ix_(keep, keep)],
        whole.evidence[:-1],
        whole.finger[keep],
        whole.impression[keep],
    )
    with pytest.raises(DataError, match="same impressions"):
        short.by_person(short.similarity)


def test_dependence_is_the_share_of_the_common_cause() -> None:
    rng = np.random.default_rng(7)
    common = rng.normal(0, 1, (4000, 1))
    assert dependence_of(common + rng.normal(0, 1, (4000, 10))) == pytest.approx(0.5, abs=0.03)
    assert dependence_of(rng.normal(0, 1, (4000, 10))) < 0.01
    assert dependence_of(np.zeros((5, 10))) == 0.0


def test_persons_are_fused_as_the_matcher_fuses_them() -> None:
    values = np.random.default_rng(8).normal(0, 4, (20, 10))
    features = [finger_feature(position) for position in FingerPosition]
    slow = [fuse(zip(features, row, strict=True)) for row in values.tolist()]
    assert fused(values).tolist() == pytest.approx(slow)


def test_mates_and_strangers_of_a_database_are_told_apart() -> None:
    held = database(5)
    row = calibrate([database(1), database(2)], highest=HIGHEST, origin="")
    ratios = held.by_person(llr_matrix(row, held))
    for fingers in (10, 4):
        mated = mated_scores(ratios, fingers, seed=1)
        strangers = stranger_scores(ratios, fingers, seed=1, count=500)
        assert len(strangers) == 500
        assert mated.min() > strangers.max()


def test_what_is_written_is_read_again_and_its_version_follows_the_numbers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calibration.toml"
    rows = dict(CALIBRATIONS)
    version = write_calibrations(path, {"face": {"slope": 1.0}}, rows)
    document = tomllib.loads(path.read_text("utf-8"))
    assert finger_calibrations(document) == rows
    assert document["version"] == version
    assert document["face"] == {"slope": 1.0}
    assert write_calibrations(path, {"face": {"slope": 1.0}}, rows) == version
    family = MinutiaeFamily.MINDTCT
    rows[family] = replace(rows[family], slope=rows[family].slope + 1)
    assert write_calibrations(path, {"face": {"slope": 1.0}}, rows) != version


@pytest.mark.parametrize(
    "wrong",
    [{"slope": 1.0, "gain": 0.6}, {"spread": 0.0}, {"lowest": 0.5}, {"dependence": 1.5}],
)
def test_a_row_that_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(CALIBRATIONS[MinutiaeFamily.MINDTCT], **wrong)


def test_a_missing_family_is_refused() -> None:
    with pytest.raises(ValueError, match="leader"):
        finger_calibrations({"finger": {"mindtct": {}, "foreign": {}}})

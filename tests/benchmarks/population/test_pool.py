from argparse import Namespace
from io import StringIO

import numpy as np
import pytest
import rich
from rich.console import Console

from benchmarks.identification import lost_upper_bound
from benchmarks.population.pool import Pool, PooledRows, make_pool, people
from benchmarks.scenarios import population
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit
from matching.gallery.row import STRENGTHS, check, fingers_of, key_of


@pytest.fixture(scope="module")
def pool() -> Pool:
    return make_pool(5, 6)


def test_a_stranger_is_the_same_alone_and_is_made_of_fingers_of_the_pool(pool: Pool) -> None:
    block, alone = pool.compose(np.arange(40)), pool.compose(np.array([17]))
    assert np.array_equal(block.rows[17], alone.rows[0])
    assert key_of(block.rows[17]) == "s000000017"
    owned = [fingers_of(row) for row in pool.rows]
    for row in block.rows:
        check(row)
        for position, blob in fingers_of(row).items():
            assert any(blob == fingers.get(position) for fingers in owned)
    assert len({row.tobytes() for row in block.rows[:, 65:]}) == 40


def test_strangers_are_weak_or_strong_as_a_whole() -> None:
    pool = make_pool(5, 400)
    strengths = pool.compose(np.arange(500)).rows[:, STRENGTHS].astype(float)
    whole = np.nanmean(np.where(strengths > 0, strengths, np.nan), axis=1)
    people_of_the_pool = pool.rows[:, STRENGTHS].sum(axis=1) / 10
    assert whole.std() > 0.7 * people_of_the_pool.std()


def test_composed_rows_serve_a_gallery_like_rows_in_memory(pool: Pool) -> None:
    mates = list(people(6, np.arange(3), capture=0))
    probe = next(iter(people(6, np.arange(1), capture=1))).fingers
    answers = []
    for engine in (
        NativeGallery(),
        NativeGallery(rows=lambda first, capacity: PooledRows(pool, 90, first=first)),
    ):
        engine.enrol_batch(pool.compose(np.arange(90)))
        engine.enrol(mates)
        answers.append(engine.search(probe, permit=Permit(), k=9, threshold=-1e9))
        assert engine.erase(["m0"]) == 1
        assert engine.search(probe, permit=Permit(), k=1, threshold=10.0).candidates == ()
    assert answers[0] == answers[1]
    assert answers[0].candidates[0].key == "m0"


def test_the_bound_covers_what_was_seen() -> None:
    assert lost_upper_bound(0, 30_000) < 1e-4 < lost_upper_bound(0, 29_000) * 1.05
    assert lost_upper_bound(5, 100) > 0.05


def test_the_scenario_shows_how_far_it_is_from_its_first_step_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = StringIO()
    monkeypatch.setattr(rich, "_console", Console(file=shown, force_terminal=True, width=80))
    asked = Namespace(n=[8], fingers=[10], threads=1, mates=2, others=4, timed=1, pool=3)
    asked.budget, asked.rows, asked.seed = 1e-3, "memory", 5
    population.run(asked)
    text = shown.getvalue()
    steps = [text.index(step) for step in ("pool", "probes and mates", "enrol 8")]
    assert steps == sorted(steps)

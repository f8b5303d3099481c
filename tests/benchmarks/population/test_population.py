import numpy as np
import pytest

from benchmarks.population import Capture, finger_sets, make_masters, take, templates
from benchmarks.population.numbers import numbers
from matching.fingerprint.compare import compare, pack

PEOPLE = np.arange(100, 112)


@pytest.fixture(scope="module")
def captures() -> list[Capture]:
    masters = make_masters(7, PEOPLE)
    return [take(masters, 7, number=number) for number in (0, 1)]


def test_a_person_is_the_same_made_alone_or_with_others(captures: list[Capture]) -> None:
    alone = take(make_masters(7, PEOPLE[5:6]), 7, number=1)
    assert np.array_equal(alone.rows[0], captures[1].rows[5])
    assert np.array_equal(alone.seen[0], captures[1].seen[5])
    assert np.array_equal(alone.usable[0], captures[1].usable[5])


def test_other_seeds_people_fingers_and_captures_differ(captures: list[Capture]) -> None:
    rows = captures[0].rows
    other = take(make_masters(8, PEOPLE), 8, number=0).rows
    assert not np.array_equal(rows, other)
    assert not np.array_equal(rows, captures[1].rows)
    assert not np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0, 0], rows[0, 1])


def test_mates_score_far_above_strangers(captures: list[Capture]) -> None:
    first, second = ([pack(fingers) for fingers in finger_sets(c)] for c in captures)
    mated = [compare(a, b).score for a, b in zip(first, second, strict=True)]
    strangers = [compare(a, b).score for a, b in zip(first, second[1:], strict=False)]
    assert np.median(mated) > 40
    assert max(strangers) < 5


def test_templates_look_like_those_of_an_extractor(captures: list[Capture]) -> None:
    made = templates(captures[0], finger=1)
    counts = [len(t) for t in made]
    assert 30 < np.median(counts) < 80
    every = np.concatenate([t.minutiae for t in made])
    assert np.array_equal(every[:, :2], np.rint(every[:, :2]))
    steps = every[:, 2] / (np.pi / 16)
    assert np.allclose(steps, np.rint(steps), atol=1e-4)
    assert every[:, 3].min() >= 0.05


def test_years_make_captures_worse() -> None:
    masters = make_masters(3, np.arange(60))
    soon, late = (take(masters, 3, number=1, years=years) for years in (0.0, 20.0))
    true = slice(0, masters.there.shape[2])
    assert late.seen[..., true].sum() < 0.97 * soon.seen[..., true].sum()


def test_some_fingers_are_missing_for_good_and_some_captures_fail() -> None:
    masters = make_masters(3, np.arange(600))
    first, second = (take(masters, 3, number=number).usable for number in (0, 1))
    assert 0.005 < masters.missing.mean() < 0.02
    assert not (first & masters.missing).any()
    assert 0.002 < (first != second).mean() < 0.02


def test_numbers_are_spread_as_they_say() -> None:
    found = numbers(1, 2, np.arange(200_000))
    for lane in range(4):
        assert abs(float(found.uniform(lane).mean()) - 0.5) < 0.005
    for values in (found.bell(), found.triangle(0), found.triangle(1)):
        assert abs(float(values.mean())) < 0.01
        assert abs(float(values.std()) - 1) < 0.01
    assert abs(np.corrcoef(found.triangle(0), found.triangle(1))[0, 1]) < 0.01

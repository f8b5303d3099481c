from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.fingerprint.compact import FRONT, encode
from matching.kernels import fingerprint as kernel
from matching.kernels.fingerprint import Course, Judgement
from matching.kernels.native import Level, aligned
from matching.parameters import GENERAL_TUNING, LEADER_TUNING
from tests.matching.gallery.population import Person
from tests.matching.levels import levels

TUNINGS = (GENERAL_TUNING, GENERAL_TUNING, LEADER_TUNING)
AGAINST = tuple(1 / max(n, 1) for n in range(11))
NEVER = np.full((11, 10), -np.inf)
ROOM = 2 + 3 + 6 * 60


def _line(intercept: float, slope: float, *, quality: float = 0.0, tilt: float = 0.0) -> Judgement:
    """Ratios are intercept + tilt * u + slope * similarity, held to -4..9."""
    row = (0.5, 0.1, intercept, slope, tilt, 0.0, -4.0, 9.0, quality)
    return Judgement(TUNINGS, (row,) * 3, AGAINST, 0.4)


class _People:
    """Ten fingers of a few people, stored and built."""

    def __init__(self, seeds: range) -> None:
        self.stored = np.zeros((len(seeds), 10, ROOM), np.uint8)
        self.records = np.zeros((len(seeds), 22), np.uintp)
        blobs = []
        for person, seed in enumerate(seeds):
            for f, template in enumerate(Person(seed).capture(seed).fingers.values()):
                blobs.append(encode(template))
                kept = blobs[-1][len(FRONT) :]
                self.stored[person, f, : 2 + len(kept)] = np.frombuffer(
                    len(kept).to_bytes(2, "little") + kept, np.uint8
                )
        self.packed, starts = kernel.build_many(blobs, GENERAL_TUNING)
        where = self.packed.ctypes.data + starts[:-1].reshape(len(seeds), 10)
        self.records[:, :10] = self.records[:, 10:20] = where.astype(np.uintp)
        self.records[:, 20:].view(np.uint8)[:, :10] = 1  # MINDTCT

    def reaching(self, judgement: Judgement, floor: float, at: Level) -> list[bool]:
        """What both say, of stored and of built references."""
        probe = self.records[0].ctypes.data
        stored = self.told(judgement, floor, at)
        addresses = [one.ctypes.data for one in self.records]
        packed = kernel.reaching_sets(probe, addresses, judgement=judgement, floor=floor, at=at)
        assert stored == list(map(bool, packed))
        return stored

    def told(
        self,
        judgement: Judgement,
        floor: float,
        at: Level,
        *,
        order: NDArray[np.uint8] | None = None,
        least: NDArray[np.float64] = NEVER,
    ) -> list[bool]:
        """What is said of stored references."""
        if order is None:
            order = np.tile(np.arange(10, dtype=np.uint8), (len(self.stored), 1))
        found = kernel.reaching(
            self.records[0].ctypes.data,
            self.stored,
            judgement=judgement,
            course=Course(order, least, floor),
            at=at,
        )
        return list(map(bool, found))

    def similarities(self) -> NDArray[np.float32]:
        addresses = [one.ctypes.data for one in self.records]
        return kernel.compare_sets(addresses[0], addresses, (GENERAL_TUNING,))


@pytest.fixture(scope="module")
def people() -> _People:
    return _People(range(1, 7))


def _scores(
    people: _People, ratio: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> list[float]:
    ratios = np.clip(ratio(people.similarities().astype(float)), -4, 9)
    scores: list[float] = np.where(ratios > 0, ratios, ratios * AGAINST[10]).sum(axis=1).tolist()
    return scores


@pytest.mark.parametrize("at", levels())
def test_who_reaches_the_floor_is_near_and_nobody_else(people: _People, at: Level) -> None:
    lines = {
        _line(-2, 8): lambda s: -2 + 8 * s,
        _line(-5, 20, tilt=0.5): lambda s: -4 + 20 * s,  # u is not known: at most 2
    }
    for judgement, ratio in lines.items():
        scores = _scores(people, ratio)
        assert min(scores) < 0 < max(scores)
        for score in scores:
            for floor in (score - 1e-6, score + 1e-6):
                expected = [other >= floor for other in scores]
                assert people.reaching(judgement, floor, at) == expected
        assert people.reaching(judgement, -np.inf, at) == [True] * len(scores)


@pytest.mark.parametrize("at", levels())
def test_the_poorer_quality_counts(people: _People, at: Level) -> None:
    captures = [Person(seed).capture(seed).fingers.values() for seed in range(1, 7)]
    quality = np.array(
        [[np.rint(200 * t.minutiae[:, 3]).mean() / 200 for t in c] for c in captures]
    )
    u = np.clip((np.minimum(quality, quality[0]) - 0.5) / 0.1, -2, 2)
    scores = _scores(people, lambda s: -3 + 0.5 * u + 12 * s)
    judgement = _line(-3, 12, quality=1.0, tilt=0.5)
    for score in scores:
        for floor in (score - 1e-4, score + 1e-4):
            assert people.reaching(judgement, floor, at) == [other >= floor for other in scores]


def test_what_is_missing_on_either_side_does_not_count(people: _People) -> None:
    few = _People(range(1, 3))
    few.records[0, :9] = few.records[0, 10:19] = 0
    assert few.reaching(_line(9, 0), 9.0, Level.AUTO) == [True, True]
    assert few.reaching(_line(9, 0), 9.1, Level.AUTO) == [False, False]
    few.stored[1, 9] = 0
    few.records[1, 9] = 0
    assert few.reaching(_line(9, 0), 0.1, Level.AUTO) == [True, False]
    assert few.reaching(_line(9, 0), 0.0, Level.AUTO) == [True, True]


@pytest.mark.parametrize(("byte", "value"), [(0, 1), (1, 2), (2, 3), (3, 200), (4, 7)], ids=str)
@pytest.mark.parametrize("at", levels())
def test_a_damaged_header_is_refused(byte: int, value: int, at: Level) -> None:
    few = _People(range(1, 4))
    few.stored[1, 6, byte] = value
    with pytest.raises(KernelError, match="reference 1 has damaged minutiae") as raised:
        few.reaching(_line(9, 0), 20.0, at)
    assert raised.value.code == "kernel_minutiae"


def test_a_size_beyond_the_place_is_refused() -> None:
    few = _People(range(1, 2))
    narrow = few.stored[:, :, :100].copy()
    few.stored = narrow
    with pytest.raises(KernelError, match="reference 0 has damaged minutiae"):
        few.reaching(_line(9, 0), 20.0, Level.AUTO)


def test_fingers_that_do_not_lie_side_by_side_are_refused(people: _People) -> None:
    for wrong, why in (
        (people.stored[:, :9], r"\(N, 10, S\)"),
        (people.stored[0], r"\(N, 10, S\)"),
        (people.stored[:, :, ::2], "side by side"),
        (people.stored[:, :, :1], "side by side"),
    ):
        with pytest.raises(ValueError, match=why):
            kernel.reaching(
                people.records[0].ctypes.data,
                wrong,
                judgement=_line(0, 1),
                course=Course(np.zeros((len(wrong), 10), np.uint8), NEVER, 0.0),
            )


def test_what_is_rebuilt_is_overwritten(people: _People, monkeypatch: pytest.MonkeyPatch) -> None:
    used = []

    def spy(size: int) -> NDArray[np.uint8]:
        used.append(aligned(size))
        used[-1][:] = 1
        return used[-1]

    monkeypatch.setattr(kernel, "aligned", spy)
    people.told(_line(9, 0), 0.0, Level.AUTO)
    assert len(used) == 1
    assert not used[0].any()


@pytest.mark.parametrize("at", levels())
def test_a_reference_is_given_up_after_the_fingers_that_come_first(
    people: _People, at: Level
) -> None:
    judgement, rng = _line(-2, 8), np.random.default_rng(1)
    order = rng.permuted(np.tile(np.arange(10, dtype=np.uint8), (6, 1)), axis=1)
    ratios = np.clip(-2 + 8 * people.similarities().astype(float), -4, 9)
    terms = np.where(ratios > 0, ratios, ratios * AGAINST[10])
    sums = np.take_along_axis(terms, order.astype(np.intp), axis=1).cumsum(axis=1)
    for after in range(10):
        least = NEVER.copy()
        least[10, after] = np.median(sums[:, after])
        found = people.told(judgement, -np.inf, at, order=order, least=least)
        assert found == list(sums[:, after] >= least[10, after])
    least = NEVER.copy()
    least[:10] = 1e9  # of other numbers of fingers
    assert people.told(judgement, -np.inf, at, order=order, least=least) == [True] * 6


def test_nothing_is_given_up_for_a_score_where_a_family_is_not_known(people: _People) -> None:
    least = np.full((11, 10), 1e9)
    few = _People(range(1, 4))
    few.stored[1, 0, 2] = 0  # the first finger is of an unknown extractor
    few.stored[2, 9, 2] = 2  # the last one of another
    judgement = _line(-2, 8)
    assert few.told(judgement, -np.inf, Level.AUTO, least=least) == [False, True, True]


def test_an_order_that_names_no_finger_is_refused(people: _People) -> None:
    wrong = np.tile(np.arange(10, dtype=np.uint8), (6, 1))
    wrong[4, 3] = 10
    with pytest.raises(KernelError, match="reference 4"):
        people.told(_line(0, 1), 0.0, Level.AUTO, order=wrong)
    with pytest.raises(ValueError, match="order"):
        people.told(_line(0, 1), 0.0, Level.AUTO, order=wrong[:5])
    with pytest.raises(ValueError, match="least"):
        people.told(_line(0, 1), 0.0, Level.AUTO, least=NEVER[:10])

"""What every engine must do: the same tests on each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.fingerprint.compare import compare_many, pack
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import CandidateList, GalleryEngine, Permit, Reference
from matching.gallery.sealed_rows import SealedRows
from matching.template import FingerSet
from tests.matching.gallery.population import Person, reference
from tests.matching.gallery.sealer import AesRowCipher

EVERYTHING = Permit()
LOWEST = -1e9


@dataclass(frozen=True)
class Made:
    """What makes an engine."""

    name: str
    make: Callable[[], GalleryEngine]


def sealed() -> NativeGallery:
    """Its files have no name, so nothing stays in the folder."""
    rows = SealedRows(Path(gettempdir()), AesRowCipher())
    return NativeGallery(threads=2, rows=rows, largest=512)


ENGINES = (
    Made("faiss", FaissGallery),
    Made("faiss, batches of 3", lambda: FaissGallery(batch=3)),
    Made("native", NativeGallery),
    Made("native, two threads", lambda: NativeGallery(threads=2, largest=512)),
    Made("native, sealed rows", sealed),
)


@pytest.fixture(params=ENGINES, ids=lambda made: made.name)
def made(request: pytest.FixtureRequest) -> Made:
    """Every engine in turn."""
    one: Made = request.param
    return one


@pytest.fixture(scope="module")
def people() -> list[Reference]:
    """Thirty people with attribute word 1 or 2; the last five are twins of the first five."""
    first = [reference(seed, 1 + seed % 2) for seed in range(25)]
    twins = [Reference(f"twin-{r.key}", r.attributes, r.fingers) for r in first[:5]]
    return first + twins


@pytest.fixture
def gallery(made: Made, people: list[Reference]) -> GalleryEngine:
    engine = made.make()
    engine.enrol(people)
    return engine


def _answer(found: CandidateList) -> list[tuple[int, str, float]]:
    return [(c.rank, c.key, c.comparison.score) for c in found.candidates]


def _oracle(
    people: list[Reference],
    *,
    probe: FingerSet,
    permit: Permit,
    k: int,
    threshold: float,
) -> list[tuple[int, str, float]]:
    """The answer without sketches, batches and slots."""
    permitted = [r for r in people if permit.allows(r.key, r.attributes)]
    compared = compare_many(pack(probe), [pack(r.fingers) for r in permitted])
    hits = [
        (c.score, r.key) for c, r in zip(compared, permitted, strict=True) if c.score >= threshold
    ]
    hits.sort(key=lambda hit: -hit[0])  # stable: equal scores stay in enrolment order
    return [(rank, key, score) for rank, (score, key) in enumerate(hits[:k], 1)]


@pytest.mark.parametrize("k", [1, 7, 1000])
@pytest.mark.parametrize(
    "permit",
    [EVERYTHING, Permit((2,)), Permit((3, 1), frozenset({"person-4"})), Permit((0,))],
)
def test_a_small_gallery_compares_every_permitted_reference(
    gallery: GalleryEngine, people: list[Reference], *, permit: Permit, k: int
) -> None:
    probe = Person(4).capture(seed=1)
    found = gallery.search(probe, permit=permit, k=k, threshold=LOWEST)
    assert _answer(found) == _oracle(people, probe=probe, permit=permit, k=k, threshold=LOWEST)
    permitted = sum(permit.allows(r.key, r.attributes) for r in people)
    assert (found.compared, found.searched) == (permitted, permitted)


def test_a_person_is_found_first_and_equal_scores_stand_in_enrolment_order(
    gallery: GalleryEngine,
) -> None:
    found = gallery.search(Person(3).capture(seed=1), permit=EVERYTHING, k=3, threshold=LOWEST)
    first, second, third = found.candidates
    assert [first.key, second.key] == ["person-3", "twin-person-3"]
    assert first.comparison.score == second.comparison.score > third.comparison.score + 10
    assert [c.rank for c in found.candidates] == [1, 2, 3]


def test_the_threshold_is_inclusive(gallery: GalleryEngine) -> None:
    probe = Person(3).capture(seed=1)
    score = gallery.search(probe, permit=EVERYTHING, k=1, threshold=LOWEST).candidates[0]
    at = gallery.search(probe, permit=EVERYTHING, k=9, threshold=score.comparison.score)
    assert [c.key for c in at.candidates] == ["person-3", "twin-person-3"]
    above = np.nextafter(score.comparison.score, np.inf)
    assert not gallery.search(probe, permit=EVERYTHING, k=9, threshold=above).candidates


STEPS = st.lists(
    st.tuples(st.sampled_from(["enrol", "erase", "relabel"]), st.integers(0, 5), st.integers(1, 3)),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(made=st.sampled_from(ENGINES), steps=STEPS)
def test_after_any_steps_the_gallery_answers_like_a_list(
    made: Made, steps: list[tuple[str, int, int]]
) -> None:
    engine, model = made.make(), dict[str, Reference]()
    for step, number, word in steps:
        one = reference(number, word)
        if step == "enrol":
            engine.enrol([one])
            model[one.key] = one
        elif step == "erase":
            assert engine.erase([one.key, one.key]) == (one.key in model)
            model.pop(one.key, None)
        else:
            assert engine.relabel(one.key, word) == (one.key in model)
            if one.key in model:
                model[one.key] = one
    assert engine.labels() == {key: r.attributes for key, r in model.items()}
    assert len(engine) == len(model)
    permit, probe = Permit((2,)), Person(2).capture(seed=1)
    found = engine.search(probe, permit=permit, k=9, threshold=LOWEST)
    assert _answer(found) == _oracle(
        list(model.values()), probe=probe, permit=permit, k=9, threshold=LOWEST
    )


def test_a_replaced_reference_has_the_new_fingers_and_the_old_place(
    gallery: GalleryEngine, people: list[Reference]
) -> None:
    newer = Reference("person-3", 1, people[20].fingers)
    gallery.enrol([newer])
    probe = Person(20).capture(seed=1)
    found = gallery.search(probe, permit=EVERYTHING, k=2, threshold=LOWEST)
    assert [c.key for c in found.candidates] == ["person-3", "person-20"]
    assert len(gallery) == len(people)


def test_searches_run_while_others_enrol_and_erase(made: Made, people: list[Reference]) -> None:
    engine = made.make()
    engine.enrol(people[:5])
    stop = Event()
    failures: list[object] = []

    def search() -> None:
        probe = Person(2).capture(seed=1)
        while not stop.is_set():
            found = engine.search(probe, permit=EVERYTHING, k=3, threshold=LOWEST)
            if found.candidates[0].key != "person-2" or found.searched < 5:
                failures.append(found)

    readers = [Thread(target=search) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        engine.enrol(people[5:25])
        assert engine.erase([r.key for r in people[5:25]]) == 20
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(engine) == 5


def test_a_cleared_gallery_is_empty_and_can_be_filled_again(
    gallery: GalleryEngine, people: list[Reference]
) -> None:
    gallery.clear()
    assert (len(gallery), gallery.labels(), gallery.erase(["person-3"])) == (0, {}, 0)
    probe = Person(3).capture(seed=1)
    assert gallery.search(probe, permit=EVERYTHING, k=9, threshold=LOWEST).searched == 0
    gallery.enrol(people)
    found = gallery.search(probe, permit=EVERYTHING, k=9, threshold=LOWEST)
    assert _answer(found) == _oracle(people, probe=probe, permit=EVERYTHING, k=9, threshold=LOWEST)


def test_a_dump_restores_the_same_gallery(
    made: Made, gallery: GalleryEngine, people: list[Reference]
) -> None:
    gallery.erase(["person-8"])
    gallery.enrol([Reference("person-2", 3, people[2].fingers)])
    parts: list[bytes] = []
    assert gallery.dump(parts.append) == len(people) - 1
    other = made.make()
    other.restore(parts)
    assert other.labels() == gallery.labels()
    assert other.layout == gallery.layout
    for seed in (2, 8, 24):
        probe = Person(seed).capture(seed=1)
        assert other.search(probe, permit=EVERYTHING, k=40, threshold=LOWEST) == gallery.search(
            probe, permit=EVERYTHING, k=40, threshold=LOWEST
        )
    with pytest.raises(ValueError, match="empty"):
        other.restore(parts)


@pytest.mark.parametrize(
    ("key", "attributes", "fingers"),
    [("", 1, 1), ("k" * 65, 1, 1), ("é", 1, 1), ("k", -1, 1), ("k", 1 << 64, 1), ("k", 1, 0)],
)
def test_a_reference_out_of_range_is_refused(
    made: Made, key: str, attributes: int, fingers: int
) -> None:
    engine = made.make()
    taken = Person(1).capture() if fingers else FingerSet()
    with pytest.raises(ValueError, match=r"key|attribute|fingers"):
        engine.enrol([reference(2), Reference(key, attributes, taken)])
    assert list(engine.labels()) == ["person-2"]


@pytest.mark.parametrize("k", [0, 1001])
def test_k_out_of_range_is_refused(gallery: GalleryEngine, k: int) -> None:
    with pytest.raises(ValueError, match="k is"):
        gallery.search(Person(1).capture(), permit=EVERYTHING, k=k, threshold=0.0)


def test_a_probe_without_fingers_is_refused(gallery: GalleryEngine) -> None:
    with pytest.raises(ValueError, match="finger"):
        gallery.search(FingerSet(), permit=EVERYTHING, k=1, threshold=0.0)


def test_a_threshold_that_is_no_number_is_refused(gallery: GalleryEngine) -> None:
    with pytest.raises(ValueError, match="number"):
        gallery.search(Person(1).capture(), permit=EVERYTHING, k=1, threshold=float("nan"))


def test_an_empty_gallery_answers_with_nothing(made: Made) -> None:
    found = made.make().search(Person(1).capture(), permit=EVERYTHING, k=1, threshold=LOWEST)
    assert found == CandidateList((), compared=0, searched=0)

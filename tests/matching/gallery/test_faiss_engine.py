from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.fingerprint.compare import PackedSet, compare_many, pack
from matching.gallery import faiss_engine
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.protocol import CandidateList, GalleryEngine, Permit, Reference
from matching.gallery.sketch_table import SketchTable
from matching.template import FingerPosition, FingerSet
from tests.matching.gallery.population import Person, reference

EVERYTHING = Permit()
LOWEST = -1e9


@pytest.fixture(scope="module")
def people() -> list[Reference]:
    """Thirty people with attribute word 1 or 2; the last five are twins of the first five."""
    first = [reference(seed, 1 + seed % 2) for seed in range(25)]
    twins = [Reference(f"twin-{r.key}", r.attributes, r.fingers) for r in first[:5]]
    return first + twins


@pytest.fixture
def gallery(people: list[Reference]) -> FaissGallery:
    engine: GalleryEngine = FaissGallery()
    engine.enrol(people)
    assert isinstance(engine, FaissGallery)
    return engine


def _answer(found: CandidateList) -> list[tuple[int, str, float]]:
    return [(c.rank, c.key, c.comparison.score) for c in found.candidates]


def _oracle(
    people: list[Reference], probe: FingerSet, *, permit: Permit, k: int, threshold: float
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
def test_a_search_compares_every_permitted_reference(
    gallery: FaissGallery, people: list[Reference], permit: Permit, k: int
) -> None:
    probe = Person(4).capture(seed=1)
    found = gallery.search(probe, permit=permit, k=k, threshold=LOWEST)
    assert _answer(found) == _oracle(people, probe, permit=permit, k=k, threshold=LOWEST)
    permitted = sum(permit.allows(r.key, r.attributes) for r in people)
    assert (found.compared, found.searched) == (permitted, permitted)


def test_a_person_is_found_first_and_equal_scores_stand_in_enrolment_order(
    gallery: FaissGallery,
) -> None:
    found = gallery.search(Person(3).capture(seed=1), permit=EVERYTHING, k=3, threshold=LOWEST)
    first, second, third = found.candidates
    assert [first.key, second.key] == ["person-3", "twin-person-3"]
    assert first.comparison.score == second.comparison.score > third.comparison.score + 10
    assert [c.rank for c in found.candidates] == [1, 2, 3]


def test_the_threshold_is_inclusive(gallery: FaissGallery) -> None:
    probe = Person(3).capture(seed=1)
    score = gallery.search(probe, permit=EVERYTHING, k=1, threshold=LOWEST).candidates[0]
    at = gallery.search(probe, permit=EVERYTHING, k=9, threshold=score.comparison.score)
    assert [c.key for c in at.candidates] == ["person-3", "twin-person-3"]
    above = np.nextafter(score.comparison.score, np.inf)
    assert not gallery.search(probe, permit=EVERYTHING, k=9, threshold=above).candidates


@pytest.mark.parametrize("order", ["reversed", "constant", "random"])
def test_the_sketch_order_decides_nothing(
    gallery: FaissGallery, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    probe = Person(2).capture(seed=1)
    expected = gallery.search(probe, permit=EVERYTHING, k=12, threshold=LOWEST)
    real = SketchTable.scores

    def other(
        self: SketchTable, probe: dict[FingerPosition, NDArray[np.int8]], slots: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        scores = real(self, probe, slots)
        if order == "reversed":
            return -scores
        rng = np.random.default_rng(5)
        return np.zeros_like(scores) if order == "constant" else rng.permutation(scores)

    monkeypatch.setattr(SketchTable, "scores", other)
    assert gallery.search(probe, permit=EVERYTHING, k=12, threshold=LOWEST) == expected


def test_likely_mates_are_compared_first(
    people: list[Reference], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[float]] = []

    def spy(probe: object, references: list[object]) -> object:
        answer = compare_many(probe, references)  # type: ignore[arg-type]
        calls.append([one.score for one in answer])
        return answer

    engine = FaissGallery(batch=1)
    engine.enrol(people)
    monkeypatch.setattr(faiss_engine, "compare_many", spy)
    best = engine.search(Person(9).capture(seed=1), permit=EVERYTHING, k=1, threshold=LOWEST)
    assert calls[0] == [best.candidates[0].comparison.score]
    assert len(calls) == len(people)


@pytest.mark.parametrize("batch", [1, 2, 7, 30, 1000])
def test_no_answer_depends_on_the_batch_size(
    gallery: FaissGallery, people: list[Reference], batch: int
) -> None:
    other = FaissGallery(batch=batch)
    other.enrol(people)
    probe = Person(1).capture(seed=1)
    expected = gallery.search(probe, permit=EVERYTHING, k=9, threshold=LOWEST)
    assert other.search(probe, permit=EVERYTHING, k=9, threshold=LOWEST) == expected


STEPS = st.lists(
    st.tuples(st.sampled_from(["enrol", "erase", "relabel"]), st.integers(0, 5), st.integers(1, 3)),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_after_any_steps_the_gallery_answers_like_a_list(
    steps: list[tuple[str, int, int]],
) -> None:
    engine, model = FaissGallery(), dict[str, Reference]()
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
        list(model.values()), probe, permit=permit, k=9, threshold=LOWEST
    )


def test_a_replaced_reference_has_the_new_fingers_and_the_old_place(
    gallery: FaissGallery, people: list[Reference]
) -> None:
    newer = Reference("person-3", 1, people[20].fingers)
    gallery.enrol([newer])
    probe = Person(20).capture(seed=1)
    found = gallery.search(probe, permit=EVERYTHING, k=2, threshold=LOWEST)
    assert [c.key for c in found.candidates] == ["person-3", "person-20"]
    assert len(gallery) == len(people)


def _cylinders(packed: PackedSet) -> list[memoryview]:
    return [a.data for f in packed.fingers.values() for a in (f.own, f.general)]


def _memory(engine: FaissGallery) -> list[memoryview]:
    """Every buffer in which the engine keeps something of a finger."""
    sketches = [block.rows.data for block in engine._sketches._blocks]
    return sketches + [b for slot in engine._table.live() for b in _cylinders(slot.packed)]


@pytest.mark.parametrize("way", ["erase", "replace"])
def test_nothing_of_an_erased_reference_stays_in_memory(
    gallery: FaissGallery, people: list[Reference], way: str
) -> None:
    slot = gallery._table._slot_of["person-7"]
    row = gallery._sketches._blocks[0].rows[slot].tobytes()
    needles = [bytes(b)[64:256] for b in _cylinders(gallery._table.live()[slot].packed)]
    needles += [row[:1152], row[-1152:]]
    buffers = _memory(gallery)  # held, so that what is dropped is searched as well
    assert all(any(needle in bytes(b) for b in buffers) for needle in needles)
    if way == "erase":
        assert gallery.erase(["person-7"]) == 1
    else:
        gallery.enrol([Reference("person-7", 1, people[0].fingers)])
    buffers += _memory(gallery)
    assert not any(needle in bytes(b) for b in buffers for needle in needles)


def test_erasure_waits_for_a_search_that_still_reads(
    gallery: FaissGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = Person(7).capture(seed=1)
    expected = gallery.search(probe, permit=EVERYTHING, k=30, threshold=LOWEST)
    inside, may_go, erased = Event(), Event(), Event()
    answers: list[CandidateList] = []

    def slow(probe: object, references: list[object]) -> object:
        inside.set()
        assert may_go.wait(10)
        return compare_many(probe, references)  # type: ignore[arg-type]

    def erase() -> None:
        gallery.erase(["person-7"])
        erased.set()

    monkeypatch.setattr(faiss_engine, "compare_many", slow)
    search = Thread(
        target=lambda: answers.append(
            gallery.search(probe, permit=EVERYTHING, k=30, threshold=LOWEST)
        )
    )
    search.start()
    assert inside.wait(10)
    writer = Thread(target=erase)
    writer.start()
    while "person-7" in gallery.labels():
        pass  # until the reference is hidden from new searches
    assert not erased.is_set()
    monkeypatch.setattr(faiss_engine, "compare_many", compare_many)
    later = gallery.search(probe, permit=EVERYTHING, k=30, threshold=LOWEST)
    assert "person-7" not in {c.key for c in later.candidates}
    may_go.set()
    search.join()
    writer.join()
    assert erased.is_set()
    assert answers == [expected]


def test_searches_run_while_others_enrol_and_erase(people: list[Reference]) -> None:
    engine = FaissGallery(batch=3)
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


def test_a_dump_restores_the_same_gallery(gallery: FaissGallery, people: list[Reference]) -> None:
    gallery.erase(["person-8"])
    gallery.enrol([Reference("person-2", 3, people[2].fingers)])
    parts: list[bytes] = []
    assert gallery.dump(parts.append) == len(people) - 1
    other = FaissGallery()
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
def test_a_reference_out_of_range_is_refused(key: str, attributes: int, fingers: int) -> None:
    engine = FaissGallery()
    taken = Person(1).capture() if fingers else FingerSet()
    with pytest.raises(ValueError, match=r"key|attribute|fingers"):
        engine.enrol([reference(2), Reference(key, attributes, taken)])
    assert list(engine.labels()) == ["person-2"]


@pytest.mark.parametrize("k", [0, 1001])
def test_k_out_of_range_is_refused(gallery: FaissGallery, k: int) -> None:
    with pytest.raises(ValueError, match="k is"):
        gallery.search(Person(1).capture(), permit=EVERYTHING, k=k, threshold=0.0)


def test_a_probe_without_fingers_is_refused(gallery: FaissGallery) -> None:
    with pytest.raises(ValueError, match="finger"):
        gallery.search(FingerSet(), permit=EVERYTHING, k=1, threshold=0.0)


def test_a_threshold_that_is_no_number_is_refused(gallery: FaissGallery) -> None:
    with pytest.raises(ValueError, match="number"):
        gallery.search(Person(1).capture(), permit=EVERYTHING, k=1, threshold=float("nan"))


def test_other_bounds_are_refused(gallery: FaissGallery) -> None:
    with pytest.raises(ValueError, match="batch"):
        FaissGallery(batch=0)
    with pytest.raises(ValueError, match="attribute"):
        gallery.relabel("person-1", 1 << 64)


def test_an_empty_gallery_answers_with_nothing() -> None:
    found = FaissGallery().search(Person(1).capture(), permit=EVERYTHING, k=1, threshold=LOWEST)
    assert found == CandidateList((), compared=0, searched=0)

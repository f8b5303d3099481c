from threading import Event, Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.compare import PackedSet, compare_many
from matching.gallery import faiss_engine
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.protocol import CandidateList, GalleryEngine, Permit, Reference
from matching.gallery.sketch_table import SketchTable
from matching.template import FingerPosition
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


def test_other_bounds_are_refused(gallery: FaissGallery) -> None:
    with pytest.raises(ValueError, match="batch"):
        FaissGallery(batch=0)
    with pytest.raises(ValueError, match="attribute"):
        gallery.relabel("person-1", 1 << 64)

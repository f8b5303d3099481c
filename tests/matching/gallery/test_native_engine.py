from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.compare import PackedSet, pack
from matching.fingerprint.cuts import Limits
from matching.fingerprint.sketch_probe import ScanProbes
from matching.fingerprint.stored import compare_stored
from matching.gallery import native_engine
from matching.gallery.narrowing import FindLimits
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import CandidateList, Permit, Reference
from matching.gallery.rows import MappedRows
from matching.gallery.sealed_rows import SealedRows
from matching.kernels import fingerprint as kernel
from matching.kernels import scan
from matching.parameters import CylinderTuning
from matching.template import FingerPosition, FingerSet
from tests.matching.gallery.population import Person, reference, strangers
from tests.matching.gallery.sealer import AesRowCipher

EVERYTHING = Permit()
LOWEST = -1e9
NEVER = np.full((11, 10), -np.inf)  # given up early
STRANGERS = 1300  # beyond two segments of 512
PEOPLE = 12


def nearer_than(deviations: float) -> FindLimits:
    """Keep whose codes are so many deviations nearer than strangers, whatever the budget."""

    def find(probe: ScanProbes) -> Limits:
        first, second, third = probe.strangers
        least = third.mean + deviations * third.deviation * np.arange(11)[:, None] ** 0.5
        return everybody_without_a_finger(
            np.full((11, 256), int(first.mean), np.int32),
            np.full((11, 256), int(second.mean)),
            np.repeat(least.astype(np.int64), 256, axis=1),
        )

    return find


def everybody_without_a_finger(
    leading: NDArray[np.int32], middle: NDArray[np.int64], codes: NDArray[np.int64]
) -> Limits:
    """Limits that let pass who has no finger in common."""
    leading[0], middle[0], codes[0] = scan.NEVER, 1 << 40, -(1 << 40)
    return Limits(leading, middle, codes, NEVER)


def only_ten_fingers(probe: ScanProbes) -> Limits:
    """Lose everybody who lacks a finger."""
    leading = np.full((11, 256), -1, np.int32)
    leading[10] = scan.NEVER
    return Limits(leading, np.full((11, 256), 1 << 40), np.full((11, 256), -(1 << 40)), NEVER)


def filled(engine: NativeGallery) -> NativeGallery:
    """Twelve people among many strangers."""
    engine.enrol_batch(strangers(STRANGERS))
    engine.enrol([reference(seed, 1 + seed % 2) for seed in range(PEOPLE)])
    return engine


@pytest.fixture(scope="module")
def gallery() -> NativeGallery:
    return filled(NativeGallery(cuts=nearer_than(1.5), smallest=5, largest=512))


def test_a_mate_is_found_among_few_that_are_compared(gallery: NativeGallery) -> None:
    for seed in range(PEOPLE):
        found = gallery.search(Person(seed).capture(seed=1), permit=EVERYTHING, k=1, threshold=10.0)
        assert [c.key for c in found.candidates] == [f"person-{seed}"]
        assert 0 < found.compared < (STRANGERS + PEOPLE) / 3
        assert found.searched == STRANGERS + PEOPLE


@pytest.mark.parametrize(
    "other",
    [
        {"threads": 2},
        {"threads": 3, "largest": 1024},
        {"largest": 1 << 14},
        {"threads": 2, "rows": SealedRows(Path(gettempdir()), AesRowCipher())},
    ],
)
def test_no_answer_depends_on_threads_segments_or_probes_together(
    gallery: NativeGallery, other: dict[str, object]
) -> None:
    parameters: dict[str, object] = {"smallest": 5, "largest": 512} | other
    second = filled(NativeGallery(cuts=nearer_than(1.5), **parameters))  # type: ignore[arg-type]
    probes = [Person(seed).capture(seed=1) for seed in range(20)]  # two eights and a half
    permit = Permit((6,), frozenset({"person-3"}))
    together = second.search_many(probes, permit=permit, k=9, threshold=LOWEST)
    alone = [gallery.search(p, permit=permit, k=9, threshold=LOWEST) for p in probes]
    assert together == alone
    assert {c.key for found in alone for c in found.candidates} > {"person-1", "person-5"}
    assert sum(found.compared for found in alone) > 5 * PEOPLE


def test_references_with_fewer_fingers_are_narrowed_on_their_own(gallery: NativeGallery) -> None:
    engine = filled(NativeGallery(cuts=nearer_than(1.5), smallest=5, largest=512))
    thumb = FingerPosition.RIGHT_THUMB
    few = [
        Reference(f"thumb-{s}", 1, FingerSet({thumb: Person(s).capture().fingers[thumb]}))
        for s in range(40, 43)
    ]
    engine.enrol(few)
    probe = Person(41).capture(seed=1)
    found = engine.search(probe, permit=EVERYTHING, k=30, threshold=3.0)
    before = gallery.search(probe, permit=EVERYTHING, k=30, threshold=3.0)
    assert before.compared < found.compared <= before.compared + len(few)
    assert found.candidates[0].key == "thumb-41"
    assert [t.position for t in found.candidates[0].comparison.terms] == [thumb]


def test_fingers_of_an_unknown_extractor_are_always_compared() -> None:
    """There is no cut for them, whoever asks for whom."""
    engine = filled(NativeGallery(cuts=nearer_than(40), smallest=0, largest=512))
    foreign = [Reference(f"foreign-{s}", 1, Person(s).capture(0, "other/1")) for s in range(40, 60)]
    engine.enrol(foreign)
    for extractor, compared in (("mindtct/1", 20), ("other/1", STRANGERS + PEOPLE + 20)):
        probe = Person(47).capture(1, extractor)
        found = engine.search(probe, permit=EVERYTHING, k=1, threshold=10.0)
        assert [c.key for c in found.candidates] == ["foreign-47"]
        assert found.compared == compared


def test_one_finger_of_an_unknown_extractor_is_enough_to_be_always_compared() -> None:
    """On either side: its other fingers would leave out whom that one speaks for."""
    engine = filled(NativeGallery(cuts=nearer_than(40), smallest=0, largest=512))
    thumb = FingerPosition.RIGHT_THUMB
    mixed = {}
    for seed in range(40, 60):
        fingers = dict(Person(seed).capture(0).fingers)
        fingers[thumb] = Person(seed).capture(0, "other/1").fingers[thumb]
        mixed[seed] = FingerSet(fingers)
    engine.enrol([Reference(f"mixed-{seed}", 1, one) for seed, one in mixed.items()])
    for probe, compared in (
        (Person(47).capture(1), 20),
        (mixed[47], STRANGERS + PEOPLE + 20),
    ):
        found = engine.search(probe, permit=EVERYTHING, k=1, threshold=10.0)
        assert [c.key for c in found.candidates] == ["mixed-47"]
        assert found.compared == compared


def test_everybody_is_compared_where_there_is_no_cut() -> None:
    engine = filled(NativeGallery(cuts=None, smallest=0, largest=512))
    found = engine.search(Person(3).capture(seed=1), permit=EVERYTHING, k=1, threshold=10.0)
    assert found.compared == found.searched == STRANGERS + PEOPLE


def test_an_exact_search_compares_everybody_and_the_audit_says_who_was_lost() -> None:
    engine = filled(NativeGallery(cuts=only_ten_fingers, smallest=0, largest=512))
    nine = dict(reference(3).fingers.fingers)
    del nine[FingerPosition.LEFT_RING]
    engine.enrol([Reference("twin", 1, FingerSet(nine))])
    probe = Person(3).capture(seed=1)
    audit = engine.audit(probe, permit=EVERYTHING, k=5, threshold=10.0)
    assert [c.key for c in audit.exact.candidates] == ["person-3", "twin"]
    assert audit.exact.compared == audit.exact.searched == STRANGERS + PEOPLE + 1
    assert [c.key for c in audit.found.candidates] == ["person-3"]
    assert [c.key for c in audit.lost] == ["twin"]


# --- erasure ----------------------------------------------------------------------------------


def _arrays(engine: NativeGallery) -> list[NDArray[np.generic]]:
    """Every array in which the engine keeps something of a reference."""
    found: list[NDArray[np.generic]] = [engine._store._keys._hashes, engine._store._keys._slots]
    for segment in engine._store._segments:
        columns = segment.columns
        found += [columns.leading, columns.presence, columns.enrolled, columns.attributes]
        found += [segment.middle, columns.strengths, segment.order]
        found += [segment.rows.array]  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("way", ["erase", "replace"])
def test_nothing_of_an_erased_reference_stays_in_memory_or_file(tmp_path: Path, way: str) -> None:
    engine = NativeGallery(rows=MappedRows(tmp_path), largest=512)
    attributes = 0xA5A5_0000_1234_5678
    canary = Reference("canary-7f3a", attributes, Person(7).capture())
    engine.enrol([reference(1), canary, reference(2)])
    slot = engine._store.find("canary-7f3a")
    assert slot is not None
    segment = engine._store._segments[0]
    lane = np.array([slot])
    row = segment.rows.read(lane)[0].tobytes()
    needles = [b"canary-7f3a", row[70:120], row[400:450].rstrip(b"\0"), row[4096:4160]]
    needles += [row[-64:], segment.middle[slot, 3].tobytes(), attributes.to_bytes(8, "little")]

    def seen(needle: bytes) -> bool:
        files = (path.read_bytes() for path in tmp_path.iterdir())
        return any(needle in a.tobytes() for a in _arrays(engine)) or any(
            needle in content for content in files
        )

    assert segment.view(()).present(lane).all()
    assert segment.columns.strengths[slot]
    assert min(map(len, needles)) >= 8
    assert all(map(seen, needles))
    if way == "erase":
        assert engine.erase(["canary-7f3a"]) == 1
        assert not any(map(seen, needles))
    else:
        engine.enrol([Reference("canary-7f3a", 1, Person(8).capture())])
        assert not any(map(seen, needles[1:]))
    assert not segment.middle[slot].any()
    assert not segment.view(()).present(lane).any()
    assert not segment.columns.strengths[slot]
    assert not segment.columns.enrolled[0] >> np.uint64(slot) & np.uint64(1)
    assert not segment.order[slot]


def test_what_a_search_rebuilds_is_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = NativeGallery()
    engine.enrol([reference(1), reference(2)])
    rebuilt: list[NDArray[np.uint8]] = []

    real = kernel.build_many

    def spy(blobs: Sequence[bytes], tuning: CylinderTuning) -> object:
        made = real(blobs, tuning)
        assert made[0].any()
        rebuilt.append(made[0])
        return made

    monkeypatch.setattr(kernel, "build_many", spy)
    engine.search(Person(1).capture(seed=1), permit=EVERYTHING, k=1, threshold=LOWEST)
    assert len(rebuilt) >= 2
    assert not any(array.any() for array in rebuilt)


def test_an_eight_that_fails_leaves_nothing_and_waits_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = NativeGallery(threads=2)
    engine.enrol([reference(1), reference(2)])
    probes = [Person(1).capture(seed=n) for n in range(16)]
    failed, returned, ended = Event(), Event(), Event()
    packed, first = [], Event()

    def spied(probe: FingerSet) -> PackedSet:
        packed.append(pack(probe))
        return packed[-1]

    def compared(*arguments: Any, **options: Any) -> object:
        if not first.is_set():
            first.set()
            failed.set()
            raise MemoryError
        assert failed.wait(10)
        returned.wait(0.3)  # nobody may have returned meanwhile
        found = compare_stored(*arguments, **options)
        ended.set()
        return found

    monkeypatch.setattr(native_engine, "pack", spied)
    monkeypatch.setattr(native_engine, "compare_stored", compared)
    with pytest.raises(MemoryError):
        engine.search_many(probes, permit=EVERYTHING, k=1, threshold=LOWEST)
    returned.set()
    assert ended.is_set()
    assert len(packed) == 16
    assert not any(f.own.any() or f.general.any() for one in packed for f in one.fingers.values())


def test_erasure_waits_for_a_search_that_still_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = NativeGallery()
    engine.enrol([reference(seed) for seed in range(4)])
    probe = Person(2).capture(seed=1)
    expected = engine.search(probe, permit=EVERYTHING, k=4, threshold=LOWEST)
    inside, may_go, erased = Event(), Event(), Event()
    answers: list[CandidateList] = []

    def slow(*arguments: Any, **options: Any) -> object:
        inside.set()
        assert may_go.wait(10)
        return compare_stored(*arguments, **options)

    def search() -> None:
        answers.append(engine.search(probe, permit=EVERYTHING, k=4, threshold=LOWEST))

    def erase() -> None:
        engine.erase(["person-2"])
        erased.set()

    monkeypatch.setattr(native_engine, "compare_stored", slow)
    threads = [Thread(target=search), Thread(target=erase)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    while "person-2" in engine.labels():
        pass  # until the reference is hidden from new searches
    assert not erased.is_set()
    may_go.set()
    for thread in threads:
        thread.join()
    assert erased.is_set()
    assert answers == [expected]


def test_a_slot_that_was_erased_is_used_again() -> None:
    engine = NativeGallery()
    engine.enrol([reference(seed) for seed in range(3)])
    slot = engine._store.find("person-1")
    engine.erase(["person-1"])
    engine.enrol([reference(9)])
    assert engine._store.find("person-9") == slot
    assert list(engine.labels()) == ["person-0", "person-2", "person-9"]


# --- growth and bounds ------------------------------------------------------------------------


def test_a_gallery_grows_while_it_is_searched() -> None:
    engine = NativeGallery(cuts=nearer_than(1.5), smallest=5, largest=512)
    engine.enrol([reference(2)])
    stop, failures = Event(), list[object]()

    def search() -> None:
        probe = Person(2).capture(seed=1)
        while not stop.is_set():
            found = engine.search(probe, permit=EVERYTHING, k=1, threshold=10.0)
            if [c.key for c in found.candidates] != ["person-2"]:
                failures.append(found)

    reader = Thread(target=search)
    reader.start()
    for number in range(6):
        engine.enrol_batch(strangers(400, seed=number, first=400 * number))
    stop.set()
    reader.join()
    assert failures == []
    assert len(engine) == 2401
    assert len(engine._store._segments) == 5


def test_memory_per_reference_stays_within_its_budget(tmp_path: Path) -> None:
    engine = NativeGallery(rows=SealedRows(tmp_path, AesRowCipher()), largest=1 << 14)
    engine.enrol_batch(strangers(16384))
    assert engine.nbytes / len(engine) <= 450 - 64  # and a face sketch


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"smallest": -1}, {"largest": 500}])
def test_parameters_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        NativeGallery(**wrong)  # type: ignore[arg-type]


def test_an_attribute_word_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="attribute"):
        NativeGallery().relabel("person-1", 1 << 64)


def test_fingers_without_a_usable_sketch_can_be_enrolled_and_compared() -> None:
    """One minutia has no pair: no bit of the sketch means anything."""
    template = Person(1).capture().fingers[FingerPosition.RIGHT_THUMB]
    lone = type(template)(
        template.minutiae[:1].copy(), template.kinds[:1].copy(), template.extractor
    )
    engine = NativeGallery()
    fingers = FingerSet({FingerPosition.RIGHT_THUMB: lone})
    engine.enrol([Reference("lone", 1, fingers), reference(1)])
    found = engine.search(fingers, permit=EVERYTHING, k=2, threshold=LOWEST)
    assert found.compared == found.searched == 2

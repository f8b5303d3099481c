from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.errors import TemplateError
from matching.gallery.batching import Batcher
from matching.gallery.vector_cuts import Cut
from matching.gallery.vector_layout import PERSON, Layout, Segment, face
from matching.gallery.vector_snapshot import open_gallery, save_gallery
from matching.gallery.vectors import VectorGallery
from matching.kernels.vector import Sieve
from tests.matching.vectors import again, unit

PEOPLE = 1500


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    return unit(np.random.default_rng(1), PEOPLE)


def filled(people: np.ndarray) -> VectorGallery:
    gallery = VectorGallery(512, chunk_slots=256)
    gallery.enrol(np.arange(len(people)) + 10, people)
    return gallery


def test_a_new_capture_finds_its_person_first_and_the_scores_are_cosines(
    people: np.ndarray,
) -> None:
    gallery = filled(people)
    probes = again(np.random.default_rng(2), people[:200])
    for exact in (False, True):
        hits = gallery.search(probes, k=3, threshold=0.3, exact=exact)
        assert hits.ids[:, 0].tolist() == list(range(10, 210))
        cosines = np.einsum("nd,nd->n", probes, people[:200])
        assert np.abs(hits.scores[:, 0] - cosines).max() < 0.01  # the rounding to int8
        assert hits.searched == PEOPLE
    assert hits.candidates.tolist() == [PEOPLE] * 200


def test_the_answer_is_that_of_numpy_for_every_order_of_work(people: np.ndarray) -> None:
    gallery = filled(people)
    probes = unit(np.random.default_rng(3), 40)
    rows = gallery.layout.rows(people, np.ones(PEOPLE, np.uint16)).astype(np.int32)
    wanted = gallery.layout.rows(probes, np.ones(40, np.uint16)).astype(np.int32) @ rows.T
    order = np.argsort(-wanted, axis=1, kind="stable")[:, :20] + 10
    for threads in (1, 2, 5):
        for batch in (1, 7, 40):
            found = np.concatenate(
                [
                    gallery.search(
                        probes[i : i + batch], k=20, threshold=-1.0, exact=True, threads=threads
                    ).ids
                    for i in range(0, 40, batch)
                ]
            )
            assert found.tolist() == order.tolist()
    narrowed = [
        gallery.search(probes, k=20, threshold=-1.0, threads=threads).ids.tolist()
        for threads in (1, 3)
    ]
    assert narrowed[0] == narrowed[1]


def test_more_probes_than_one_pass_takes(people: np.ndarray) -> None:
    hits = filled(people).search(people[:700], k=1, threshold=0.9)
    assert hits.ids[:, 0].tolist() == list(range(10, 710))


def test_attribute_masks_filter(people: np.ndarray) -> None:
    gallery = VectorGallery(512, chunk_slots=256)
    words = (np.arange(PEOPLE) % 8).astype(np.uint32)
    gallery.enrol(np.arange(PEOPLE), people, attributes=words)
    for exact in (False, True):
        hits = gallery.search(people[:64], k=1, threshold=0.9, wanted=(3, 4), exact=exact)
        expected = [p if p % 8 & 3 and p % 8 & 4 else -1 for p in range(64)]
        assert hits.ids[:, 0].tolist() == expected


def test_a_replaced_person_is_found_by_the_new_vector_only(people: np.ndarray) -> None:
    gallery = filled(people)
    new = unit(np.random.default_rng(4), 1)
    gallery.enrol(np.array([15]), new)
    assert len(gallery) == PEOPLE
    assert gallery.search(new, k=1, threshold=0.9).ids[0, 0] == 15
    assert gallery.search(people[5:6], k=1, threshold=0.9).ids[0, 0] == -1


def canary_places(gallery: VectorGallery, folder: Path, canary: bytes) -> list[str]:
    with gallery.frozen() as (chunks, _):
        memory = [f"rows {c.base}" for c in chunks if canary in c.rows.tobytes()]
        memory += [f"codes {c.base}" for c in chunks if canary in c.kernel.codes.tobytes()]
        lanes = [(c.base, c.kernel.leading.transpose(0, 2, 1).tobytes()) for c in chunks]
        memory += [f"leading codes {base}" for base, codes in lanes if canary in codes]
    return memory + [str(p) for p in folder.rglob("*.bin") if canary in p.read_bytes()]


def test_an_erased_person_is_gone_from_memory_and_files(people: np.ndarray, tmp_path: Path) -> None:
    gallery = filled(people)
    row = gallery.layout.rows(people[300:301], np.ones(1, np.uint16))
    codes = gallery.layout.codes(row, np.ones(1, np.uint16))
    canaries = [row.tobytes(), codes.whole.tobytes(), codes.leading.tobytes()]
    save_gallery(tmp_path, gallery, database_id="d", mark=1, model="m")
    opened, _ = open_gallery(tmp_path, face(512), database_id="d", model="m")
    assert all(canary_places(opened, tmp_path, canary) for canary in canaries)
    assert opened.erase([310, 999_999]) == 1
    assert gallery.erase([310]) == 1
    for each in (gallery, opened):
        assert [canary_places(each, tmp_path, canary) for canary in canaries] == [[], [], []]
        assert each.search(people[300:301], k=1, threshold=0.9).ids[0, 0] == -1
        assert len(each) == PEOPLE - 1
    again_opened, _ = open_gallery(tmp_path, face(512), database_id="d", model="m")
    assert len(again_opened) == PEOPLE - 1


def test_erased_slots_are_used_again(people: np.ndarray) -> None:
    gallery = filled(people)
    gallery.erase(range(10, 110))
    with gallery.frozen() as (_, used):
        before = used
    gallery.enrol(np.arange(5000, 5100), people[:100])
    with gallery.frozen() as (_, used):
        assert used == before
    assert gallery.search(people[:100], k=1, threshold=0.9).ids[:, 0].tolist() == list(
        range(5000, 5100)
    )


def test_searches_run_beside_a_growing_and_shrinking_gallery(people: np.ndarray) -> None:
    gallery = filled(people[:200])

    def write() -> None:
        for start in range(200, PEOPLE, 50):
            part = np.arange(start, min(start + 50, PEOPLE))
            gallery.enrol(part + 10, people[part])
            gallery.erase((part[:25] + 10).tolist())
            gallery.enrol(np.arange(10, 30), people[:20])  # replaced while searched

    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write)
        while True:
            last = writing.done()
            hits = gallery.search(people[:100], k=2, threshold=0.5)
            assert hits.ids[:, 0].tolist() == list(range(10, 110))
            assert (hits.ids[:, 1] == -1).all()
            if last:
                break
        writing.result()


def test_single_searches_share_passes_without_changing_an_answer(people: np.ndarray) -> None:
    gallery = filled(people)
    probes = again(np.random.default_rng(9), people[:60])
    batcher = Batcher(gallery, most=16)
    wishes = [(i, 1 + i % 4, 0.2 + 0.1 * (i % 5)) for i in range(60)]

    def ask(wish: tuple[int, int, float]) -> list[int]:
        i, k, threshold = wish
        found: list[int] = batcher.search(probes[i], k=k, threshold=threshold).ids[0].tolist()
        return found

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(ask, wishes))
    expected = [
        gallery.search(probes[i : i + 1], k=k, threshold=t).ids[0].tolist() for i, k, t in wishes
    ]
    assert found == expected
    with ThreadPoolExecutor(4) as pool:  # a refused probe does not refuse its neighbours
        bad = pool.submit(batcher.search, np.zeros(512, np.float32), k=1, threshold=0.0)
        good = pool.submit(batcher.search, probes[0], k=1, threshold=0.0)
        assert good.result().ids[0, 0] == 10
        with pytest.raises(TemplateError):
            bad.result()


BAD = [
    (np.full((1, 512), np.nan, np.float32), "vector_length"),
    (np.full((1, 512), np.inf, np.float32), "vector_length"),
    (np.zeros((1, 512), np.float32), "vector_length"),
    (np.full((1, 512), 1e-42, np.float32), "vector_length"),
    (np.ones((1, 512), np.float32), "vector_length"),
    (np.ones((1, 511), np.float32), "vector_shape"),
    (np.ones(512, np.float32), "vector_shape"),
    (np.ones((1, 512), np.float64), "vector_shape"),
    (np.zeros((1, 512), np.int8), "vector_value"),
]


@pytest.mark.parametrize(("vectors", "code"), BAD)
def test_unusable_vectors_are_refused_and_nothing_is_enrolled(
    people: np.ndarray, vectors: np.ndarray, code: str
) -> None:
    gallery = filled(people[:20])
    with pytest.raises(TemplateError) as refused:
        gallery.search(vectors, k=1, threshold=0.0)
    assert refused.value.code == code
    if vectors.shape == (1, 512):
        mixed = np.concatenate([people[30:33].astype(vectors.dtype), vectors])
        mixed[:3] = people[30:33] if vectors.dtype != np.int8 else 1
        with pytest.raises(TemplateError):
            gallery.enrol(np.arange(100, 104), mixed)
    assert len(gallery) == 20


def test_unusable_arguments_are_refused(people: np.ndarray) -> None:
    gallery = filled(people[:20])
    for ids in ([1, 1], [-1, 2], [1]):
        with pytest.raises(TemplateError):
            gallery.enrol(np.array(ids), people[:2])
    for k, threshold, threads, wanted in (
        (0, 0.0, 1, ()), (1001, 0.0, 1, ()), (1, np.nan, 1, ()), (1, 0.0, 0, ()),
        (1, 0.0, 1, (1, 1, 1, 1, 1)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"\bk is|threshold"):
            gallery.search(people[:1], k=k, threshold=threshold, threads=threads, wanted=wanted)
    assert gallery.search(people[:0], k=1, threshold=0.0).ids.shape == (0, 1)


def fused(rng: np.random.Generator, faces: np.ndarray, fingers: np.ndarray) -> np.ndarray:
    return np.concatenate([faces, fingers.reshape(len(faces), -1)], axis=1)


def test_persons_with_missing_segments_are_scored_by_what_both_have() -> None:
    rng = np.random.default_rng(11)
    faces, fingers = unit(rng, 400), unit(rng, 4000, 128).reshape(400, 10, 128)
    present = rng.integers(1, 2**11, 400).astype(np.uint16)
    present[:50] |= np.uint16(0b111)  # the people looked for have a face and two fingers
    gallery = VectorGallery(PERSON, chunk_slots=128)
    gallery.enrol(np.arange(400), fused(rng, faces, fingers), present=present)
    probes = fused(rng, again(rng, faces[:50]), again(rng, fingers[:50].reshape(500, 128)))
    whole = gallery.search(probes, k=1, threshold=5.0)
    assert whole.ids[:, 0].tolist() == list(range(50))
    probes[:25, 640:] = 0  # only the face and the first finger were captured
    probes[25:, :512] = 0  # no face
    for exact in (False, True):
        hits = gallery.search(probes, k=1, threshold=5.0, exact=exact)
        assert (hits.ids[:, 0] == np.arange(50)).mean() > 0.95
    alone = gallery.search(probes[:1], k=1, threshold=-100.0, exact=True)
    common = int(present[alone.ids[0, 0]]) & 0b11
    parts = [512, 128]
    rows = [(0, 512), (512, 640)]
    stored = fused(rng, faces, fingers)[alone.ids[0, 0]]
    weights = [1.0, 0.5]
    total = sum(
        weights[m] * float(probes[0, a:b] @ stored[a:b])
        for m, (a, b) in enumerate(rows)
        if common >> m & 1
    )
    spread = np.sqrt(sum(weights[m] ** 2 / parts[m] for m in range(2) if common >> m & 1))
    assert alone.scores[0, 0] == pytest.approx(total / spread, abs=0.2)


def test_a_layout_has_its_limits() -> None:
    for segments in ((), (Segment("a", 65, 1.0, 2),), (Segment("a", 64, 1.0, 3),)):
        with pytest.raises(ValueError, match=r"layout|segment"):
            Layout("bad", segments)
    with pytest.raises(ValueError, match="at most"):
        Layout("bad", (Segment("a", 512, 1.0, 512), Segment("b", 64, 1.0, 2)))
    with pytest.raises(ValueError, match="multiple"):
        VectorGallery(512, chunk_slots=100)


def deviations_below(sieve: Sieve) -> float:
    """How far below the mean cost of strangers the first cut of a probe lies."""
    mean, variance = sieve.costs[0].mean(axis=1).sum(), sieve.costs[0].var(axis=1).sum()
    return float((mean - sieve.cuts[0, 0]) / np.sqrt(variance))


@pytest.mark.parametrize(("dimensions", "width"), [(64, 8), (128, 8), (256, 16), (512, 32)])
def test_every_coordinate_with_a_bit_is_in_one_group(dimensions: int, width: int) -> None:
    groups = face(dimensions).groups
    assert groups.shape == (20, width)
    assert groups[groups >= 0].tolist() == list(range(dimensions))
    assert np.ptp((groups >= 0).sum(axis=1)) <= 1


def test_a_cut_lets_closer_codes_pass_and_counts_the_bits_that_are_there() -> None:
    cut = Cut("x", 1, 2.0, 4.0, 0.0, 0.0, "test")
    rng = np.random.default_rng(12)
    everything, face_only = np.array([PERSON.everything], np.uint16), np.ones(1, np.uint16)
    row = PERSON.rows(fused(rng, unit(rng, 1), unit(rng, 10, 128).reshape(1, 10, 128)), everything)
    whole = cut.sieve(PERSON, row, everything)
    assert whole.cuts[0, 1] == int(256 - 2 * np.sqrt(512))
    assert deviations_below(whole) == pytest.approx(2, rel=0.03)
    assert 240 < whole.cuts[0, 0] < 255  # divided as finely as a byte allows
    part = cut.sieve(PERSON, row * (np.arange(PERSON.dimensions) < 512), face_only)
    assert part.costs.any(axis=(0, 2)).tolist() == [n < 8 for n in range(20)]
    assert part.cuts[0, 1] > int(96 - 4 * np.sqrt(192) / 2)  # of a part is missing: looser
    assert deviations_below(part) < 1


def test_who_has_less_is_cut_by_the_energy_that_is_left() -> None:
    shares = PERSON.leading_shares[[PERSON.everything, 0b1, 0b10, 0b111]]
    face, finger = 192 / 512, 32 * 0.5 / 128  # coordinates of groups times the weight of each
    whole = face + 10 * finger
    expected = [1, face / whole, finger / whole, (face + 2 * finger) / whole]
    assert shares.tolist() == pytest.approx(expected)


def test_a_probe_whose_leading_code_says_nothing_is_still_found(people: np.ndarray) -> None:
    vectors = np.concatenate([people, people], axis=1) / np.sqrt(np.float32(2))
    vectors[7, :512] = 0  # the other half has no bits
    vectors[7] /= np.linalg.norm(vectors[7])
    gallery = VectorGallery(1024, cut=Cut("x", 1, 2.0, 3.5, 0.0, 0.0, "test"))
    gallery.enrol(np.arange(PEOPLE), vectors)
    assert gallery.search(vectors[7:8], k=1, threshold=0.5).ids[0, 0] == 7


def test_vectors_may_lie_in_any_order_of_memory(people: np.ndarray) -> None:
    gallery = filled(np.asfortranarray(people))
    for probes in (np.asfortranarray(people[:3]), people[::-1][-3:][::-1]):
        assert gallery.search(probes, k=1, threshold=0.9).ids[:, 0].tolist() == [10, 11, 12]
    rows = np.asfortranarray(face(512).rows(people, np.ones(PEOPLE, np.uint16)))
    assert gallery.search(rows[:3], k=1, threshold=0.9).ids[:, 0].tolist() == [10, 11, 12]


def test_an_erasure_that_is_refused_or_breaks_erases_nobody(people: np.ndarray) -> None:
    gallery = filled(people[:10])

    def broken() -> Iterator[int]:
        yield 10
        raise OSError("the database is gone")

    with pytest.raises(OSError, match="gone"):
        gallery.erase(broken())
    for ids in ([10, None], [10, np.nan], [10, 1.0], [-1], [2**63], ["10"], [[10]]):
        with pytest.raises(TemplateError):
            gallery.erase(ids)  # type: ignore[arg-type]
    assert len(gallery) == 10
    assert gallery.erase([10, 10, 99]) == 1
    assert gallery.search(people[:1], k=1, threshold=0.9).ids[0, 0] == -1


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": [20.5, 21.7]},
        {"ids": [0, 0]},
        {"attributes": [2**32, 0]},
        {"attributes": [-1, 0]},
        {"attributes": [1.9, 0]},
        {"present": [65537, 1]},
        {"present": [0, 1]},
        {"present": [1]},
    ],
)
def test_numbers_are_neither_rounded_nor_wrapped(people: np.ndarray, wrong: dict[str, Any]) -> None:
    gallery = VectorGallery(512)
    given = {"ids": [1, 2], "vectors": people[:2], "attributes": [1, 2], "present": [1, 1]}
    with pytest.raises(TemplateError):
        gallery.enrol(**(given | wrong))  # type: ignore[arg-type]
    gallery.enrol(**given)  # type: ignore[arg-type]
    assert len(gallery) == 2
    with pytest.raises(ValueError, match="mask"):
        gallery.search(people[:1], k=1, threshold=0, wanted=(2**32,))


def test_vectors_that_bytes_cannot_hold_are_refused(people: np.ndarray) -> None:
    heavy = np.sign(people) * np.abs(people) ** 5
    heavy /= np.linalg.norm(heavy, axis=1, keepdims=True)
    rows = face(512).rows(people, np.ones(PEOPLE, np.uint16))
    lone = np.eye(1, 512, dtype=np.float32)
    for bad in (heavy, lone, np.full((1, 512), -128, np.int8), rows * 2, rows // 3):
        with pytest.raises(TemplateError, match="far larger than the rest"):
            VectorGallery(512).search(bad, k=1, threshold=0.0)


def test_a_layout_without_a_cut_lets_everybody_pass() -> None:
    layout = Layout("unknown", (Segment("a", 64, 1.0, 64),))
    gallery = VectorGallery(layout)
    rng = np.random.default_rng(13)
    gallery.enrol(np.arange(300), unit(rng, 300, 64))
    hits = gallery.search(unit(rng, 5, 64), k=1, threshold=-1.0)
    assert hits.candidates.tolist() == [300] * 5


def test_memory_of_a_chunk_is_not_moved_by_growth(people: np.ndarray) -> None:
    gallery = filled(people[:10])
    with gallery.frozen() as (chunks, _):
        first = chunks[0].rows.ctypes.data
    gallery.enrol(np.arange(5000, 5000 + 1000), people[:1000])
    with gallery.frozen() as (chunks, _):
        assert chunks[0].rows.ctypes.data == first
        assert len(chunks) > 1

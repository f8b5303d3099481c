"""Rows that lie in files: sealed, checked, erased."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import GalleryCorruptError
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit
from matching.gallery.row import CODES, FRONT, ROW_BYTES
from matching.gallery.rows import MemoryRows
from matching.gallery.sealed_rows import DISK_BYTES, SealedRows
from tests.matching.gallery.population import Person, reference, strangers
from tests.matching.gallery.sealed import (
    CAPACITY,
    FRONT_AT,
    KEYS_AT,
    SEALED_CODES,
    SEALED_FRONT,
    SEALED_KEY,
    Made,
    places,
)
from tests.matching.gallery.sealer import AesRowCipher

FLIPS = 400
EVERYTHING = Permit()
LOWEST = -1e9


# --- what rows do -----------------------------------------------------------------------------


@pytest.mark.parametrize("order", [range(40), range(39, -1, -1), [7, 8, 9, 300, 2, 511, 10, 0]])
def test_what_is_written_is_read_as_from_memory(
    made: Made, plain: NDArray[np.uint8], order: list[int]
) -> None:
    lanes, memory = places(*order), MemoryRows(0, CAPACITY)
    for rows in (made.rows, memory):
        rows.write(lanes, plain[: len(lanes)])
        rows.wipe(lanes[1:3])
    asked = places(*range(CAPACITY - 1, -1, -1))
    assert np.array_equal(made.rows.read(asked), memory.read(asked))
    assert np.array_equal(made.rows.codes(asked), memory.codes(asked))
    assert np.array_equal(made.rows.front(asked), memory.front(asked))
    assert np.array_equal(made.rows.keys(asked), memory.keys(asked))
    assert made.rows.read(asked).any(axis=1).sum() == len(lanes) - 2


def test_rows_are_read_where_a_system_takes_no_advice(
    made: Made, plain: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.rows.write(np.arange(40), plain)
    monkeypatch.delattr("os.posix_fadvise")
    assert np.array_equal(made.rows.read(np.arange(40)), plain)


def test_rows_are_asked_for_before_they_are_read(
    made: Made, plain: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.rows.write(np.arange(40), plain)
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr("os.posix_fadvise", lambda file, at, size, _: asked.append((at, size)))
    made.rows.codes(places(7, 30))
    assert asked == [(7 * 2048, 2048), (30 * 2048, 2048)]


def test_more_rows_than_one_write_holds(made: Made) -> None:
    many = strangers(CAPACITY).rows
    made.rows.write(np.arange(CAPACITY), many)
    assert np.array_equal(made.rows.read(np.arange(CAPACITY)), many)
    made.rows.wipe(np.arange(CAPACITY))
    assert not any(made.content())


def test_a_row_takes_its_share_of_the_disk_and_no_more(made: Made) -> None:
    made.rows.write(np.arange(CAPACITY), strangers(CAPACITY).rows)
    assert len(made.content()) == CAPACITY * DISK_BYTES
    assert DISK_BYTES <= 6144


def test_several_threads_read_while_one_writes(made: Made, plain: NDArray[np.uint8]) -> None:
    made.rows.write(np.arange(40), plain)

    def read(seed: int) -> bool:
        asked = np.random.default_rng(seed).integers(0, 40, 20)
        codes = np.array_equal(made.rows.codes(asked), plain[asked][:, CODES])
        return codes and np.array_equal(made.rows.front(asked), plain[asked][:, FRONT])

    def write(seed: int) -> bool:
        made.rows.write(100 + np.arange(40), plain)
        made.rows.wipe(100 + np.arange(40))
        return True

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(write if n % 4 == 0 else read, n) for n in range(60)]
        assert all(one.result() for one in done)


# --- nothing in the clear ---------------------------------------------------------------------


def test_a_file_never_holds_a_part_of_a_row_in_the_clear(
    made: Made, plain: NDArray[np.uint8]
) -> None:
    made.rows.write(np.arange(40), plain)
    content = made.content()
    pieces = {row[at : at + 8].tobytes() for row in plain for at in range(0, ROW_BYTES, 8)}
    pieces = {piece for piece in pieces if len(set(piece)) > 3}
    assert len(pieces) > 40 * 240
    assert not any(piece in content for piece in pieces)
    assert b"stranger-" in plain.tobytes()
    assert b"stranger" not in content


def test_a_file_has_no_name_and_its_folder_is_closed_to_others(made: Made) -> None:
    made.rows.write(places(0), strangers(1).rows)
    assert list(made.folder.iterdir()) == []
    assert made.folder.stat().st_mode & 0o777 == 0o700
    assert os.fstat(made.rows._file).st_mode & 0o777 == 0o600
    assert os.fstat(made.rows._file).st_nlink == 0


def test_no_nonce_is_used_twice(made: Made, plain: NDArray[np.uint8]) -> None:
    for _ in range(3):
        made.rows.write(np.arange(40), plain)
    assert len(made.cipher.nonces) == 3 * 40 * 3
    assert len(set(made.cipher.nonces)) == len(made.cipher.nonces)
    assert {len(nonce) for nonce in made.cipher.nonces} == {12}


# --- changed on the disk ----------------------------------------------------------------------


def test_every_flipped_bit_of_a_row_in_use_is_found(made: Made, plain: NDArray[np.uint8]) -> None:
    made.rows.write(np.arange(40), plain)
    rng = np.random.default_rng(31)
    readers = (made.rows.codes, made.rows.keys, made.rows.front)
    edges = np.cumsum([SEALED_CODES, SEALED_KEY, SEALED_FRONT])
    met = [0, 0, 0]
    for flip in range(FLIPS):
        place = int(rng.integers(40))
        at = int(rng.integers(edges[2]) if flip % 4 else rng.integers(*edges[:2]))
        hit = int(np.searchsorted(edges, at, side="right"))
        before = made.stored(place)
        areas = bytearray(b"".join(before))
        areas[at if hit < 2 else 2048 + at - edges[1]] ^= 1 << int(rng.integers(8))
        made.store(place, (bytes(areas[:2048]), bytes(areas[2048:])))
        for number, read in enumerate(readers):
            if number == hit:
                with pytest.raises(GalleryCorruptError):
                    read(places(3, place, 5))
            else:  # a record of its own
                assert read(places(3, place, 5)).any(axis=1).all()
        made.store(place, before)
        assert np.array_equal(made.rows.read(places(place))[0], plain[place])
        met[hit] += 1
    assert sum(met) == FLIPS
    assert min(met) >= 50


def test_rows_in_each_other_s_place_are_found(made: Made, plain: NDArray[np.uint8]) -> None:
    made.rows.write(np.arange(2), plain[:2])
    one, other = made.stored(0), made.stored(1)
    made.store(0, other)
    made.store(1, one)
    for read in (made.rows.codes, made.rows.keys, made.rows.front):
        for place in (0, 1):
            with pytest.raises(GalleryCorruptError):
                read(places(place))


def test_an_older_row_put_back_is_found(made: Made, plain: NDArray[np.uint8]) -> None:
    made.rows.write(places(0), plain[:1])
    older = made.stored(0)
    made.rows.write(places(0), plain[1:2])
    made.store(0, older)
    for read in (made.rows.codes, made.rows.keys, made.rows.front):
        with pytest.raises(GalleryCorruptError):
            read(places(0))


@pytest.mark.parametrize("size", [0, 700, 2048, FRONT_AT + SEALED_FRONT - 1])
def test_a_file_that_was_cut_is_found(made: Made, plain: NDArray[np.uint8], size: int) -> None:
    made.rows.write(places(0), plain[:1])
    os.truncate(made.rows._file, size)
    with pytest.raises(GalleryCorruptError):
        made.rows.read(places(0))


def test_what_was_decrypted_before_a_damaged_row_is_overwritten(
    made: Made, plain: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.rows.write(np.arange(3), plain[:3])
    made.store(2, made.stored(1))
    opened: list[memoryview] = []
    real = made.cipher.open

    def spy(nonce: bytes, sealed: bytearray, out: memoryview) -> None:
        real(nonce, sealed, out)
        assert any(out)
        opened.append(out)

    monkeypatch.setattr(made.cipher, "open", spy)
    with pytest.raises(GalleryCorruptError):
        made.rows.front(np.arange(3))
    assert len(opened) == 2
    assert not any(any(out) for out in opened)


# --- erasure ----------------------------------------------------------------------------------


def test_a_wiped_row_is_zero_and_no_copy_of_its_bytes_opens_again(
    made: Made, plain: NDArray[np.uint8]
) -> None:
    made.rows.write(np.arange(3), plain[:3])
    copy = made.stored(1)
    made.rows.wipe(places(1))
    assert not any(made.stored(1)[0] + made.stored(1)[1])
    made.store(1, copy)
    assert not made.rows.read(places(1)).any()
    assert np.array_equal(made.rows.read(places(0, 2)), plain[[0, 2]])


def test_an_erased_person_is_gone_from_the_file(tmp_path: Path) -> None:
    engine = NativeGallery(rows=SealedRows(tmp_path, AesRowCipher()), largest=512)
    engine.enrol([reference(seed) for seed in range(3)])
    slot = engine._store.find("person-1")
    assert slot is not None
    rows = engine._store._segments[0].rows
    codes = os.pread(rows._file, 2048, slot * 2048)  # type: ignore[attr-defined]
    front = os.pread(rows._file, 4096, FRONT_AT + slot * 4096)  # type: ignore[attr-defined]
    assert any(codes)
    assert any(front)
    assert engine.erase(["person-1"]) == 1
    content = os.pread(rows._file, CAPACITY * DISK_BYTES, 0)  # type: ignore[attr-defined]
    assert codes[:64] not in content
    assert front[:64] not in content
    assert not any(content[slot * 2048 : (slot + 1) * 2048])
    assert not any(content[FRONT_AT + slot * 4096 : FRONT_AT + (slot + 1) * 4096])


def test_erasure_goes_as_far_as_it_can_and_clearing_needs_no_row(tmp_path: Path) -> None:
    """The key of a damaged row cannot be read, so it cannot be found by its key."""
    engine = NativeGallery(rows=SealedRows(tmp_path, AesRowCipher()), largest=512)
    engine.enrol([reference(seed) for seed in range(4)])
    segment = engine._store._segments[0]
    file: int = segment.rows._file  # type: ignore[attr-defined]
    slot = engine._store.find("person-1")
    assert slot is not None
    os.pwrite(file, b"damaged", KEYS_AT + slot * 2048)
    os.pwrite(file, b"damaged", FRONT_AT + slot * 4096)
    with pytest.raises(GalleryCorruptError):
        engine.erase(["person-0", "person-1", "person-2"])
    with pytest.raises(GalleryCorruptError):
        engine.search(Person(3).capture(), permit=EVERYTHING, k=1, threshold=LOWEST)
    assert (len(engine), engine.erase(["person-0"])) == (3, 0)
    with pytest.raises(GalleryCorruptError):
        engine.enrol([reference(8), reference(1), reference(9)])
    assert len(engine) == 4
    engine.clear()
    assert len(engine) == 0
    assert not segment.middle.any()
    assert not segment.columns.attributes.any()
    assert not any(os.pread(file, CAPACITY * DISK_BYTES, 0))

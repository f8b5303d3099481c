"""Keys: files, wrapping, sealing, pseudonyms."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac import keys
from eurodac.errors import KeyUnavailableError
from eurodac.keys import KeyEncryptionKey

KEK = KeyEncryptionKey("0" * 32, bytes(range(32)))
OTHER = KeyEncryptionKey("1" * 32, bytes(range(1, 33)))


def test_a_key_file_is_read_back_and_open_to_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek"
    kek = keys.create_kek(path)
    assert keys.load_kek(path) == kek
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert keys.create_kek(tmp_path / "other").material != kek.material


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    kek = keys.create_kek(path)
    with pytest.raises(KeyUnavailableError) as caught:
        keys.create_kek(path)
    assert caught.value.code == "kek_exists"
    assert keys.load_kek(path) == kek


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kek"
    keys.create_kek(path)
    path.chmod(mode)
    with pytest.raises(KeyUnavailableError) as caught:
        keys.load_kek(path)
    assert caught.value.code == "kek_unsafe"


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailableError) as caught:
        keys.load_kek(tmp_path / "kek")
    assert caught.value.code == "kek_missing"
    assert str(tmp_path / "kek") in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"eurodac-kek-1 short 00",
        b"eurodac-kek-1 " + b"a" * 32 + b" zz",
        b"another-kek-9 " + b"a" * 32 + b" " + b"0" * 64,
        b"eurodac-kek-1 " + b"a" * 32 + b" " + b"0" * 62,
    ],
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kek"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyUnavailableError) as caught:
        keys.load_kek(path)
    assert caught.value.code == "kek_malformed"


def test_keys_never_show_their_material() -> None:
    shown = repr(KEK) + repr(keys.new_record_key())
    assert KEK.material.hex() not in shown
    assert "material" not in shown


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_with_its_key_and_place(plain: bytes) -> None:
    key = keys.new_record_key()
    sealed = keys.seal(key, plain, aad=b"here")
    assert keys.unseal(key, sealed, aad=b"here") == plain
    assert len(sealed) == len(plain) + 28
    assert keys.seal(key, plain, aad=b"here") != sealed


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_changed_bit_anywhere_is_refused(plain: bytes, data: st.DataObject) -> None:
    key = keys.new_record_key()
    sealed = bytearray(keys.seal(key, plain, aad=b"here"))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyUnavailableError):
        keys.unseal(key, bytes(sealed), aad=b"here")


@pytest.mark.parametrize("sealed", [b"", b"x" * 27, b"x" * 28])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(KeyUnavailableError) as caught:
        keys.unseal(keys.new_record_key(), sealed, aad=b"")
    assert caught.value.code == "sealed_data_unreadable"


def test_a_record_key_opens_for_its_record_and_its_kek_only() -> None:
    key = keys.new_record_key()
    wrapped = keys.wrap(KEK, key, record_id="a" * 32)
    assert keys.unwrap(KEK, wrapped, record_id="a" * 32) == key
    for kek, record_id in ((OTHER, "a" * 32), (KEK, "b" * 32)):
        with pytest.raises(KeyUnavailableError):
            keys.unwrap(kek, wrapped, record_id=record_id)


def test_places_differ_in_every_part() -> None:
    places = {
        keys.aad("a", "template", position=1),
        keys.aad("b", "template", position=1),
        keys.aad("a", "sample", position=1),
        keys.aad("a", "template", position=2),
        keys.aad("a", "template", position=1, version=2),
    }
    assert len(places) == 5


def test_derived_keys_differ_by_purpose_and_kek() -> None:
    derived = {keys.derive(k, p).material for k in (KEK, OTHER) for p in ("wrap", "gallery")}
    assert len(derived | {KEK.material, OTHER.material}) == 6
    assert keys.derive(KEK, "wrap") == keys.derive(KEK, "wrap")


def test_pseudonyms_are_stable_under_one_key_and_useless_under_another() -> None:
    assert keys.pseudonym(KEK, "officer 1") == keys.pseudonym(KEK, "officer 1")
    others = {keys.pseudonym(KEK, "officer 2"), keys.pseudonym(OTHER, "officer 1")}
    assert keys.pseudonym(KEK, "officer 1") not in others
    assert len(keys.pseudonym(KEK, "officer 1")) == 32
    assert keys.check_value(KEK, "officer 1")[:32] != keys.pseudonym(KEK, "officer 1")


def test_ids_are_random() -> None:
    made = {keys.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in made)

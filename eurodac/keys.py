"""Envelope encryption: one key-encryption key outside the database, one key per record inside it.

The key-encryption key (KEK) lies in a file and never encrypts data itself: subkeys derived from it
by HKDF-SHA-256 wrap the record keys, make the pseudonyms of the log and seal gallery snapshots.
Everything is sealed with AES-256-GCM under a random nonce; the associated data name the place the
bytes belong to, so that a ciphertext put into another row is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from eurodac.errors import KeyUnavailableError

__all__ = [
    "KeyEncryptionKey",
    "RecordKey",
    "aad",
    "check_value",
    "create_kek",
    "derive",
    "load_kek",
    "new_id",
    "new_record_key",
    "pseudonym",
    "seal",
    "unseal",
    "unwrap",
    "wrap",
]

_KEK_HEADER = "eurodac-kek-1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeyEncryptionKey:
    """The key of keys; ``id`` is public, the material never shows.

    Args:
        id: 32 hex digits.
        material: 32 bytes.
    """

    id: str
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordKey:
    """A data key: of one record, or derived for one purpose.

    Args:
        material: 32 bytes.
    """

    material: bytes = field(repr=False)


def new_id() -> str:
    """Make an identifier of 128 random bits, 32 hex digits, that says nothing."""
    return secrets.token_hex(16)


def create_kek(path: Path) -> KeyEncryptionKey:
    """Make a key-encryption key and keep it in a new file that only its owner can read.

    Args:
        path: File to create, mode 0600; its folder is made with mode 0700.

    Raises:
        KeyUnavailableError: ``kek_exists``: there is a file, which is never overwritten.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kek = KeyEncryptionKey(new_id(), secrets.token_bytes(_KEY_BYTES))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyUnavailableError(
            "kek_exists",
            f"{path} exists; a key is never overwritten, because what it protects would be lost",
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{_KEK_HEADER} {kek.id} {kek.material.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return kek


def load_kek(path: Path) -> KeyEncryptionKey:
    """Read a key-encryption key.

    Raises:
        KeyUnavailableError: ``kek_missing``, ``kek_unsafe`` (others than its owner may read it)
            or ``kek_malformed``.
    """
    if not path.is_file():
        raise KeyUnavailableError(
            "kek_missing", f"no key file at {path}; restore it, or start a registry with 'init'"
        )
    if path.stat().st_mode & 0o077:
        raise KeyUnavailableError(
            "kek_unsafe", f"{path} lies open to group or others; give it mode 0600"
        )
    parts = path.read_text("ascii", errors="replace").split()
    try:
        header, key_id, material = parts[0], parts[1], bytes.fromhex(parts[2])
    except (IndexError, ValueError):
        header, key_id, material = "", "", b""
    if header != _KEK_HEADER or len(key_id) != 32 or len(material) != _KEY_BYTES:
        raise KeyUnavailableError(
            "kek_malformed", f"{path} is not a key file of this program; restore it from its backup"
        )
    return KeyEncryptionKey(key_id, material)


def derive(kek: KeyEncryptionKey, label: str) -> RecordKey:
    """Derive the key of one purpose, e.g. ``"gallery snapshot"``; equal labels give equal keys."""
    info = f"eurodac/{label}/1".encode()
    return RecordKey(HKDFExpand(SHA256(), _KEY_BYTES, info).derive(kek.material))


def new_record_key() -> RecordKey:
    """Make a random data key."""
    return RecordKey(secrets.token_bytes(_KEY_BYTES))


def wrap(kek: KeyEncryptionKey, key: RecordKey, *, record_id: str) -> bytes:
    """Encrypt a record key for the database, bound to its record."""
    wrapping = derive(kek, "wrap")
    return seal(wrapping, key.material, aad=aad(record_id, "record-key"))


def unwrap(kek: KeyEncryptionKey, wrapped: bytes, *, record_id: str) -> RecordKey:
    """Decrypt a record key.

    Raises:
        KeyUnavailableError: ``sealed_data_unreadable``: another KEK, another record, or damage.
    """
    return RecordKey(unseal(derive(kek, "wrap"), wrapped, aad=aad(record_id, "record-key")))


def aad(record_id: str, kind: str, *, position: int = 0, version: int = 1) -> bytes:
    """Name the place that sealed bytes belong to.

    Args:
        record_id: The record whose key seals them.
        kind: What they are, without ``|``, e.g. ``"template"``.
        position: Finger position, 0 elsewhere.
        version: Format version of the plain bytes.

    Examples:
        >>> aad("ab", "template", position=2)
        b'ab|template|2|1'
    """
    return f"{record_id}|{kind}|{position}|{version}".encode()


def seal(key: RecordKey, plaintext: bytes, *, aad: bytes) -> bytes:
    """Encrypt and authenticate.

    Returns:
        Nonce (12 bytes), ciphertext, tag (16 bytes).
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key.material).encrypt(nonce, plaintext, aad)


def unseal(key: RecordKey, sealed: bytes, *, aad: bytes) -> bytes:
    """Decrypt what ``seal`` made.

    Raises:
        KeyUnavailableError: ``sealed_data_unreadable``: another key, another place, or damage.
    """
    try:
        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise InvalidTag
        return AESGCM(key.material).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except InvalidTag as error:
        raise KeyUnavailableError(
            "sealed_data_unreadable",
            "sealed data do not open: the key is another one, or the data were moved or damaged; "
            "check the key file, then restore the row from a backup",
        ) from error


def pseudonym(kek: KeyEncryptionKey, text: str) -> str:
    """Replace a user, unit or case by 32 hex digits that nobody can make without the key."""
    return _mac(derive(kek, "pseudonym"), text)[:32]


def check_value(kek: KeyEncryptionKey, database_id: str) -> str:
    """Bind a key to a database, so that a foreign key is noticed before it is used; 64 hex."""
    return _mac(derive(kek, "check"), database_id)


def _mac(key: RecordKey, text: str) -> str:
    return hmac.new(key.material, text.encode(), hashlib.sha256).hexdigest()

"""Encrypts what a gallery keeps on a disk: snapshots, and rows that lie in files."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eurodac import keys
from eurodac.errors import KeyUnavailableError
from matching.errors import GalleryCorruptError

__all__ = ["RowSealer", "SnapshotSealer"]


class SnapshotSealer:
    """The ``Sealer`` of snapshots: AES-256-GCM.

    Args:
        kek: The key-encryption key of the database; without it no snapshot opens.
    """

    def __init__(self, kek: keys.KeyEncryptionKey) -> None:
        self._key = keys.derive(kek, "gallery snapshot")

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt, bound to a context."""
        return keys.seal(self._key, plain, aad=context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt.

        Raises:
            GalleryCorruptError: changed, or sealed under another key or context.
        """
        try:
            return keys.unseal(self._key, sealed, aad=context)
        except KeyUnavailableError:
            raise GalleryCorruptError(
                "snapshot_unreadable",
                "the gallery snapshot was changed or belongs to another key; rebuild the gallery",
            ) from None


class RowSealer:
    """The ``RowCipher`` of one gallery in this process: AES-256-GCM under a key of its own.

    The key is random, lies nowhere but here, and is gone with this object.
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(keys.new_record_key().material)

    def seal(self, nonce: bytes, plain: memoryview, out: memoryview) -> None:
        """Encrypt into ``out``, 16 bytes longer."""
        self._cipher.encrypt_into(nonce, plain, None, out)

    def open(self, nonce: bytes, sealed: bytearray, out: memoryview) -> None:
        """Decrypt into ``out``, 16 bytes shorter.

        Raises:
            GalleryCorruptError: changed, or sealed under another nonce.
        """
        try:
            self._cipher.decrypt_into(nonce, sealed, None, out)
        except InvalidTag:
            raise GalleryCorruptError(
                "row_unreadable",
                "a row of the gallery was changed on the disk; restart this process, which makes "
                "the gallery anew",
            ) from None

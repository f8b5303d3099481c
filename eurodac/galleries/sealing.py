"""Encrypts gallery snapshots under a key derived from the key-encryption key."""

from __future__ import annotations

from eurodac import keys
from eurodac.errors import KeyUnavailableError
from matching.errors import GalleryCorruptError

__all__ = ["SnapshotSealer"]


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

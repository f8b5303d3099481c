"""A sealer with a fixed key, for snapshots in tests, and a cipher for rows."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from matching.errors import GalleryCorruptError


class AesSealer:
    """AES-256-GCM with a random nonce in front."""

    def __init__(self, key: bytes = bytes(range(32))) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], context)
        except (InvalidTag, ValueError):
            raise GalleryCorruptError("snapshot_unreadable", "it does not open") from None


class AesRowCipher:
    """AES-256-GCM under a random key; keeps the nonces it sealed under."""

    def __init__(self) -> None:
        self._cipher = AESGCM(secrets.token_bytes(32))
        self.nonces: list[bytes] = []

    def seal(self, nonce: bytes, plain: memoryview, out: memoryview) -> None:
        self.nonces.append(nonce)
        self._cipher.encrypt_into(nonce, plain, None, out)

    def open(self, nonce: bytes, sealed: bytearray, out: memoryview) -> None:
        try:
            self._cipher.decrypt_into(nonce, sealed, None, out)
        except InvalidTag:
            raise GalleryCorruptError("row_unreadable", "it does not open") from None

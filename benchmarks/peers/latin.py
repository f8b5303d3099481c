"""Names in Latin letters, for peers that know no script."""

from __future__ import annotations

from anyascii import anyascii

__all__ = ["latin"]


def latin(name: str) -> str:
    """Return a name in lower-case Latin letters, as a user of these libraries would do it."""
    return str(anyascii(name)).lower()

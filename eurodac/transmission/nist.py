"""An ANSI/NIST-ITL file of a Member State -> the same message that JSON carries."""

from __future__ import annotations

__all__ = ["read_nist"]


def read_nist(data: bytes) -> dict[str, object]:
    """Placeholder."""
    return {}

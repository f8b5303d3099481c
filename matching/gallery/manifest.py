"""The manifest of a gallery snapshot: what it holds, where it comes from, and its seal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from matching.errors import GalleryCorruptError

__all__ = ["FORMAT", "Manifest", "Origin", "PartFile", "Sealer", "read", "written"]

FORMAT = 1  # raised with every change of the manifest, the part names or the part contexts


class Sealer(Protocol):
    """Authenticated encryption under a key that the matcher never sees."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt; the context is authenticated and must be given again to open."""

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt.

        Raises:
            GalleryCorruptError: changed, or sealed under another key or context.
        """


@dataclass(frozen=True, slots=True)
class Origin:
    """Which history of which database a gallery holds.

    Args:
        database_id: Random identifier of the database.
        high_water_mark: Number of the last change that the gallery holds.
        anchor: Fingerprint of that change: a restored database that went another way since
            has another one under the same number. Opaque to the matcher.
        made_by: How the gallery came to its content, e.g. ``"rebuild"``; for people.
    """

    database_id: str
    high_water_mark: int
    anchor: str
    made_by: str


@dataclass(frozen=True, slots=True)
class PartFile:
    """One sealed file: its name, the SHA-256 of its bytes in hex, its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one generation holds.

    Args:
        format: Format of manifest and parts.
        generation: 1, 2, 3 ...
        origin: Where the content comes from.
        layout: What the parts depend on: engine, part format, matcher version.
        count: How many references the parts hold.
        parts: The files, in enrolment order.
    """

    format: int
    generation: int
    origin: Origin
    layout: str
    count: int
    parts: tuple[PartFile, ...]

    def part_context(self, number: int) -> bytes:
        """What a part is bound to, so that no part fits another place or generation."""
        return _canonical(
            {
                "part": number,
                "generation": self.generation,
                "database_id": self.origin.database_id,
                "layout": self.layout,
            }
        )


def written(manifest: Manifest, sealer: Sealer) -> bytes:
    """Write a manifest: canonical JSON with the seal of everything else in it."""
    body = asdict(manifest)
    seal = sealer.seal(b"", _canonical(body)).hex()
    return _canonical({**body, "seal": seal})


def read(data: bytes, sealer: Sealer) -> Manifest:
    """Read and authenticate a manifest; every changed byte is found.

    Raises:
        GalleryCorruptError: it was changed, cut off or sealed under another key.
    """
    try:
        body = json.loads(data)
        seal = bytes.fromhex(body.pop("seal"))
        if data != _canonical({**body, "seal": seal.hex()}):  # white space, case, double keys
            raise ValueError
        sealer.open(seal, _canonical(body))
        origin = Origin(**body.pop("origin"))
        parts = tuple(PartFile(**part) for part in body.pop("parts"))
        return Manifest(**body, origin=origin, parts=parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GalleryCorruptError(
            "manifest_corrupt", "the gallery manifest was changed or cut off; rebuild the gallery"
        ) from None


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")

"""What an ANSI/NIST-ITL file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MISSING_CODES", "NistFace", "NistFile", "NistFinger", "NistHeader", "Subfields"]

# Field 14.018: amputated; unable to print, for which bandages are the common cause.
MISSING_CODES = {"XX": "amputated", "UP": "bandaged"}

Subfields = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NistHeader:
    """What the type 1 record says.

    Args:
        transaction: Field 1.004, type of transaction, 1..16 ASCII characters.
        date: Field 1.005, YYYYMMDD.
        destination: Field 1.007, receiving agency.
        origin: Field 1.008, sending agency.
        control_number: Field 1.009, the sender's number of this file.
    """

    transaction: str
    date: str
    destination: str
    origin: str
    control_number: str


@dataclass(frozen=True, slots=True, repr=False)
class NistFinger:
    """One finger image; ``position`` 1..10, ``ppi`` None where the file states none."""

    position: int
    impression_type: int
    ppi: int | None
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class NistFace:
    """One facial image."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class NistFile:
    """The content of a file.

    Args:
        header: Type 1.
        descriptive: Type 2: field number 3..999 -> its subfields, each with its items.
        fingers: Types 4 and 14, in file order.
        faces: Type 10.
        missing: (position, reason) of type 14 records without an image; the reason is a value of
            ``MISSING_CODES``.
    """

    header: NistHeader
    descriptive: Mapping[int, Subfields] = field(default_factory=dict)
    fingers: tuple[NistFinger, ...] = ()
    faces: tuple[NistFace, ...] = ()
    missing: tuple[tuple[int, str], ...] = ()

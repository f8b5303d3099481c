"""The attribute word: what the gallery must know of a record to decide whether it is searched.

Bits of the 64-bit word:

    0-7     category, one of the seven stored ones (bit 7 unused); none for other systems
    8       applicant with the protection mark of Article 31(1)
    16-21   system
    24-63   Member State, by the bits of ``law/states.toml``

The bits are written into snapshots: never change or reuse one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from eurodac.law import states
from eurodac.record import Category, System
from matching.gallery.protocol import Permit

__all__ = ["Attributed", "attributes_of", "permit_for"]

_CATEGORY_BITS = {
    Category.APPLICANT: 0,
    Category.ADMISSION: 1,
    Category.NATIONAL_RESETTLEMENT: 2,
    Category.IRREGULAR_CROSSING: 3,
    Category.ILLEGAL_STAY: 4,
    Category.SEARCH_AND_RESCUE: 5,
    Category.TEMPORARY_PROTECTION: 6,
}
_MARKED_APPLICANT = 1 << 8
_SYSTEM_BITS = {
    System.EURODAC: 16,
    System.EES: 17,
    System.VIS: 18,
    System.ETIAS: 19,
    System.ECRIS_TCN: 20,
    System.SIS: 21,
}
_FIRST_STATE_BIT = 24


def _states_mask(codes: Iterable[str]) -> int:
    return sum(1 << (_FIRST_STATE_BIT + states.state_bit(code)) for code in set(codes))


class Attributed(Protocol):
    """What decides who may search a record."""

    @property
    def system(self) -> System:
        """Whose it is."""

    @property
    def member_state(self) -> str:
        """Member State, two letters."""

    @property
    def category(self) -> Category | None:
        """Category; None outside Eurodac."""

    @property
    def protection_mark(self) -> bool:
        """The mark of Article 31(1)."""


def attributes_of(reference: Attributed) -> int:
    """Make the attribute word of a stored record.

    Raises:
        KeyError: a Member State that ``law/states.toml`` does not know.

    Examples:
        >>> from eurodac.store import StoredReference
        >>> from matching.template import FingerSet
        >>> ees = StoredReference("0" * 32, System.EES, "AT", None, None, False, FingerSet({}))
        >>> hex(attributes_of(ees))
        '0x1020000'
    """
    word = 1 << _SYSTEM_BITS[reference.system] | _states_mask([reference.member_state])
    if reference.category is not None:
        word |= 1 << _CATEGORY_BITS[reference.category]
    if reference.category is Category.APPLICANT and reference.protection_mark:
        word |= _MARKED_APPLICANT
    return word


def permit_for(
    *,
    categories: Collection[str] = (),
    marked_only: Collection[str] = (),
    systems: Collection[str] = (),
    only_state: str | None = None,
    excluded_state: str | None = None,
    excluded: Collection[str] = (),
) -> Permit:
    """Say in masks what the rows of the law say in words.

    Args:
        categories: Categories of Eurodac that are searched.
        marked_only: Those of ``categories`` of which only protection-marked datasets are
            searched; the law has this for applicants alone.
        systems: Other systems that are searched as a whole.
        only_state: Search the records of this Member State only.
        excluded_state: Leave the records of this Member State out.
        excluded: Record ids that are left out, e.g. the probe's own.

    Returns:
        The permit; without categories and systems it permits nothing.

    Raises:
        ValueError: an unknown category or system, or a marked category other than applicant.
        KeyError: an unknown Member State.
    """
    if not set(marked_only) <= {Category.APPLICANT.value}:
        raise ValueError(f"marked_only is {sorted(marked_only)}; only applicant has the mark")
    kinds = sum(1 << _SYSTEM_BITS[System(name)] for name in set(systems))
    for name in set(categories):
        marked = name in marked_only
        kinds |= _MARKED_APPLICANT if marked else 1 << _category_bit(name)
    masks = [kinds]
    if only_state is not None:
        masks.append(_states_mask([only_state]))
    if excluded_state is not None:
        masks.append(_states_mask(states.CODES - {excluded_state}))
    return Permit(tuple(masks), frozenset(str(record_id) for record_id in excluded))


def _category_bit(name: str) -> int:
    bit = _CATEGORY_BITS.get(Category(name))
    if bit is None:
        raise ValueError(f"{name} is a query, it is never stored")
    return bit

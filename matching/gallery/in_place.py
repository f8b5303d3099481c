"""What the embedded engines share: one writer at a time, and erasure in place."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from matching.gallery.epochs import Epochs

__all__ = ["InPlace"]


class _References(Protocol):
    """Which reference lies in which slot; the engine holds its lock around every call."""

    def withdraw(self, key: str) -> int | None:
        """Hide a reference from new readers; returns its slot, None if it is not present."""

    def withdraw_all(self) -> list[int]:
        """Hide every reference from new readers; returns the slots."""

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace an attribute word; False if the key is not present."""

    def __len__(self) -> int:
        """How many references can be found."""


class InPlace:
    """Locks, grace periods and the calls that need nothing else.

    Args:
        references: Of the engine.
    """

    def __init__(self, references: _References) -> None:
        self._writer = Lock()  # one writer at a time, for the whole of its step
        self._lock = Lock()  # the references, for moments only
        self._epochs = Epochs()
        self._references = references

    def __len__(self) -> int:
        """How many references are enrolled."""
        with self._lock:
            return len(self._references)

    def erase(self, keys: Iterable[str]) -> int:
        """Overwrite and remove references; returns how many of the keys were present.

        The bytes are gone when it returns: it waits for the searches that still read them.
        """
        slots: list[int] = []
        with self._writer:
            try:
                with self._lock:
                    for key in keys:
                        slot = self._references.withdraw(key)
                        if slot is not None:
                            slots.append(slot)
            finally:  # if a key cannot be looked up, those before it are erased
                self._overwrite(slots)
        return len(slots)

    def clear(self) -> None:
        """Overwrite and remove every reference, also those that cannot be read any more."""
        with self._writer:
            with self._lock:
                slots = self._references.withdraw_all()
            self._overwrite(slots)

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace the attribute word of a reference; False if the key is not present."""
        if not 0 <= attributes < 1 << 64:
            raise ValueError(f"attribute word {attributes:#x} does not fit 64 bits")
        with self._writer, self._lock:
            return self._references.relabel(key, attributes)

    def _overwrite(self, slots: list[int]) -> None:
        """Overwrite withdrawn slots once nobody reads them, then give them back."""
        if slots:
            self._epochs.quiesce()
            self._wipe(slots)

    def _wipe(self, slots: list[int]) -> None:
        """Overwrite slots that nobody reads any more and give them back; of the engine."""
        raise NotImplementedError

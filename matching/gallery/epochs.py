"""Lets a writer wait until no reader can still hold what it took out of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["Epochs"]


class Epochs:
    """Grace periods: readers never wait for writers, writers wait for earlier readers only.

    A writer first unlinks data, so that new readers cannot find them, then calls ``quiesce`` and
    may overwrite them afterwards. With a lock for readers and writers, one long search and one
    waiting writer would stop every later search.

    Thread-safe. ``quiesce`` inside ``reading`` of the same thread never returns.

    Examples:
        >>> epochs = Epochs()
        >>> with epochs.reading():
        ...     pass
        >>> epochs.quiesce()
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._epoch = 0
        self._readers: Counter[int] = Counter()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold what is read inside the block alive."""
        with self._changed:
            epoch = self._epoch
            self._readers[epoch] += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers[epoch] -= 1
                if not self._readers[epoch]:
                    del self._readers[epoch]
                    self._changed.notify_all()

    def quiesce(self) -> None:
        """Wait until every reader that was reading when this was called has finished."""
        with self._changed:
            self._epoch += 1
            limit = self._epoch
            self._changed.wait_for(lambda: all(epoch >= limit for epoch in self._readers))

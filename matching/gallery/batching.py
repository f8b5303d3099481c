"""Searches that arrive together share one pass over the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.gallery.vectors import VectorGallery, VectorHits

__all__ = ["Batcher"]


@dataclass(slots=True, eq=False)
class _Waiting:
    """One search, and its answer once there is one."""

    probe: NDArray[np.generic]
    k: int
    threshold: float
    wanted: tuple[int, ...]
    answer: VectorHits | None = None
    error: Exception | None = None

    @property
    def done(self) -> bool:
        return self.answer is not None or self.error is not None

    @property
    def kind(self) -> tuple[object, ...]:
        """Searches of one kind can share a pass."""
        return self.wanted, self.probe.shape, self.probe.dtype


class Batcher:
    """Collects the single-probe searches of many threads.

    Whoever comes while nothing runs searches at once, with everything that waits; whoever comes
    meanwhile waits for the next pass.  So a lone search never waits, there is no timer, and no
    answer differs from that of a search of its own.

    Args:
        gallery: Where to search.
        most: Probes per pass, 1..256.
        threads: Per pass.
    """

    def __init__(self, gallery: VectorGallery, *, most: int = 64, threads: int = 1) -> None:
        if not 1 <= most <= 256:
            raise ValueError(f"most is {most}; allowed are 1..256")
        self._gallery, self._most, self._threads = gallery, most, threads
        self._changed = Condition()
        self._waiting: list[_Waiting] = []
        self._running = False

    def search(
        self,
        probe: NDArray[np.generic],
        *,
        k: int,
        threshold: float,
        wanted: tuple[int, ...] = (),
    ) -> VectorHits:
        """Identify one probe, (D,); arguments, answer and errors as of ``VectorGallery.search``."""
        mine = _Waiting(probe, k, threshold, wanted)
        with self._changed:
            self._waiting.append(mine)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: mine.done or not self._running)
                if mine.done:
                    break
                batch = self._take()
                self._running = True
            try:
                self._answer(batch)
            finally:
                with self._changed:
                    self._running = False
                    self._changed.notify_all()
        if mine.error is not None:
            raise mine.error
        assert mine.answer is not None  # done without an error
        return mine.answer

    def _take(self) -> list[_Waiting]:
        """Take the oldest search and those behind it that can share its pass."""
        oldest = self._waiting[0]
        batch = [each for each in self._waiting if each.kind == oldest.kind][: self._most]
        self._waiting = [each for each in self._waiting if each not in batch]
        return batch

    def _answer(self, batch: list[_Waiting]) -> None:
        """Answer a batch; if any probe is refused, everybody is answered alone."""
        try:
            hits = self._gallery.search(
                np.stack([each.probe for each in batch]),
                k=max(each.k for each in batch),
                threshold=min(each.threshold for each in batch),
                wanted=batch[0].wanted,
                threads=self._threads,
            )
        except (MatchingError, ValueError) as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for each in batch:
                self._answer([each])
            return
        for number, each in enumerate(batch):
            each.answer = _own_part(hits, number, each)


def _own_part(hits: VectorHits, number: int, waiting: _Waiting) -> VectorHits:
    """Cut the answer of a shared pass to what one search asked for."""
    part = slice(number, number + 1)
    ids, scores = hits.ids[part, : waiting.k].copy(), hits.scores[part, : waiting.k].copy()
    below = scores < np.float32(waiting.threshold)
    ids[below], scores[below] = -1, -np.inf
    return VectorHits(ids, scores, hits.candidates[part], hits.searched)

"""Work in a process of its own: pinned, with its own environment, its memory freed afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from benchmarks.timing import pin

__all__ = ["isolated"]

_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
_Made = TypeVar("_Made")


def isolated(threads: int, environment: Mapping[str, str], work: Callable[[], _Made]) -> _Made:
    """Do something in a fresh process that is pinned and whose libraries use so many threads."""
    pools = dict.fromkeys(_POOLS, str(threads))
    with (
        _environment({**pools, **environment}),
        ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=pin, initargs=(threads,)
        ) as pool,
    ):
        return pool.submit(work).result()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes started inside."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

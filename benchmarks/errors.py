"""Errors of the benchmarks.

BenchmarkError
└── DataError    the measuring data is missing or not laid out as expected
"""

from __future__ import annotations

__all__ = ["BenchmarkError", "DataError"]


class BenchmarkError(Exception):
    """A benchmark cannot run; the message says why and what to do."""


class DataError(BenchmarkError):
    """The measuring data is missing or not laid out as expected."""

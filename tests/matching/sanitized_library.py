"""Pytest plugin of ``test_sanitizers.py``: the kernels come from the library it names."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from matching.kernels import native

VARIABLE = "EURODAC_TEST_KERNELS_LIBRARY"

# Loaded before any test module, so also what `from native import load` takes.
native.load = cache(lambda: native.open_library(Path(os.environ[VARIABLE])))


def pytest_report_header() -> str:
    """Say it, so that the caller sees which library was tested."""
    return f"kernels come from {native.load()._name}"

"""Pytest plugin of ``test_sanitizers.py``: the kernels come from the library it names."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from matching.kernels import native

VARIABLE = "SANITIZED_KERNELS"


def pytest_configure() -> None:
    """Before any test is collected, so also for modules that import ``load`` itself."""
    path = Path(os.environ[VARIABLE])
    native.load = cache(lambda: native.open_library(path))


def pytest_report_header() -> str:
    """Say it, so that the caller sees which library was tested."""
    return f"kernels come from {native.load()._name}"

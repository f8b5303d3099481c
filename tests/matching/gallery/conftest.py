"""Sealed rows to write to, and rows to write."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.matching.gallery.population import strangers
from tests.matching.gallery.sealed import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "rows")


@pytest.fixture(scope="session")
def plain() -> NDArray[np.uint8]:
    """Forty rows."""
    rows = strangers(40).rows
    rows.setflags(write=False)
    return rows

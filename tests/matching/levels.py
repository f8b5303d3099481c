"""The instruction sets that the tests of the kernels run at."""

from __future__ import annotations

import os

from matching.kernels.native import Level, level

VARIABLE = "EURODAC_TEST_KERNEL_LEVEL"
"""Names one level, e.g. ``avx2``; without it every level of this machine is tested."""


def levels() -> list[Level]:
    """Every level this machine has (AUTO is the last), or the one that the environment names."""
    forced = os.environ.get(VARIABLE)
    if forced:
        return [level(Level[forced.upper()])]
    return [each for each in Level if Level.AUTO < each <= level()]

"""The instruction sets that the tests of the kernels run at."""

from __future__ import annotations

import os

from matching.kernels import fingerprint as kernel
from matching.kernels.fingerprint import Level

VARIABLE = "EURODAC_TEST_KERNEL_LEVEL"
"""Names one level, e.g. ``avx2``; without it every level of this machine is tested."""


def levels() -> list[Level]:
    """AUTO and every level this machine has, or the one that the environment names."""
    forced = os.environ.get(VARIABLE)
    if forced:
        return [kernel.level(Level[forced.upper()])]
    return [level for level in Level if level <= kernel.level()]

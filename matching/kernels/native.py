"""Loads the compiled kernels.

The library lies where the import system found the compiled part of the package (in an editable
install that is site-packages, beside a redirected source tree), so it is looked up there.
A missing library or another ABI is an error: there is no silent slow path.
"""

from __future__ import annotations

import ctypes
import sysconfig
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError

__all__ = ["ABI", "Level", "address", "aligned", "level", "load", "open_library"]

ABI = 18  # raised with every change of a kernel's signature or memory layout
_NAME = "eurodac_kernels.so"
_ALIGNMENT = 64  # bytes: one cache line, one AVX-512 register


class Level(IntEnum):
    """Instruction sets a call may be held to; AUTO takes the best of this machine."""

    AUTO = 0
    PORTABLE = 1
    AVX2 = 2
    AVX512 = 3


@cache
def load() -> ctypes.CDLL:
    """Load the compiled kernels once per process.

    Returns:
        The library, its ABI checked. ctypes releases the GIL for every call.

    Raises:
        KernelError: the library is missing or has another ABI.
    """
    folders = (Path(__file__).parent, Path(sysconfig.get_path("platlib")) / "matching" / "kernels")
    for folder in folders:
        if (folder / _NAME).is_file():
            return open_library(folder / _NAME)
    raise KernelError("kernel_missing", f"{_NAME} is missing; install the package again")


def open_library(path: Path) -> ctypes.CDLL:
    """Load the kernels from a file.

    Raises:
        KernelError: the library has another ABI.
    """
    library = ctypes.CDLL(str(path))
    found = int(library.eurodac_kernels_abi())
    if found != ABI:
        raise KernelError(
            "kernel_abi",
            f"{path.name} has ABI {found}, this package needs {ABI}; install the package again",
        )
    return library


@cache
def level(wanted: Level = Level.AUTO) -> Level:
    """Say at which level a call runs.

    Raises:
        KernelError: this machine lacks the wanted level.
    """
    found = int(load().eurodac_cpu_level(int(wanted)))
    if found < 0:
        raise KernelError("kernel_level", f"this machine cannot run {wanted.name}; use AUTO")
    return Level(found)


def address(array: NDArray[Any]) -> int:
    """Say where a writable, C-contiguous array lies; zero if it is empty.

    The address holds while the array lives. ``array.ctypes.data`` takes three times as long, which
    a search of a single probe would notice.

    Raises:
        TypeError: the array is read-only or not contiguous.
    """
    return ctypes.addressof(ctypes.c_char.from_buffer(array.data)) if array.size else 0


def aligned(size: int) -> NDArray[np.uint8]:
    """Return ``size`` zero bytes that start at a multiple of 64."""
    block = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -address(block) % _ALIGNMENT
    return block[start : start + size]

"""Typed call of the compiled matrix product (product.h, product.c).

NumPy hands such products to a library that starts threads of its own, which wait for each other on
a busy machine, and that adds up in an order that depends on how many rows there are.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native
from matching.kernels.native import Level, level
from matching.kernels.scan_columns import check_array

__all__ = ["product"]


@cache
def _library() -> Any:
    library = native.load()
    pointer, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    library.eurodac_product.argtypes = [pointer, long, long, pointer, long, integer, pointer]
    return library


def product(
    rows: NDArray[np.float32], matrix: NDArray[np.float32], *, at: Level = Level.AUTO
) -> NDArray[np.float32]:
    """Multiply in single precision, terms added in the order of the inner index.

    Args:
        rows: (N, K) float32 C-contiguous.
        matrix: (K, M) float32 C-contiguous.
        at: Instruction set.

    Returns:
        (N, M) float32; every row is the same whatever rows are beside it, on every instruction set.

    Raises:
        ValueError: shapes or types do not fit.
        KernelError: this machine lacks the level.

    Cost: 0.3 ms for 10 x 936 x 512.  Thread-safe, releases the GIL.
    """
    if rows.ndim != 2 or matrix.ndim != 2:
        raise ValueError(f"rows {rows.shape} and matrix {matrix.shape} must have two dimensions")
    check_array("rows", rows, (len(rows), len(matrix)), np.float32)
    check_array("matrix", matrix, (rows.shape[1], matrix.shape[1]), np.float32)
    found = np.empty((len(rows), matrix.shape[1]), np.float32)
    _library().eurodac_product(
        rows.ctypes.data, len(rows), rows.shape[1], matrix.ctypes.data, matrix.shape[1],
        int(level(at)), found.ctypes.data,
    )  # fmt: skip
    return found

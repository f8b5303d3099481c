"""Numbers that callers give with vectors: checked, never rounded or wrapped to fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import TemplateError

__all__ = ["MOST_MASK", "ids_of", "whole"]

MOST_MASK = (1 << 32) - 1
"""The largest attribute word or mask."""
_MOST_ID = (1 << 63) - 1


def ids_of(ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Take the ids of references.

    Raises:
        TemplateError: ``vector_ids``: an id is no whole number from 0 upwards.
    """
    return whole("ids", ids, most=_MOST_ID, code="vector_ids").astype(np.int64)


def whole(
    name: str,
    values: Sequence[int] | NDArray[np.generic],
    *,
    most: int,
    code: str = "vector_value",
) -> NDArray[Any]:
    """Take whole numbers; nothing is rounded or wrapped.

    Args:
        name: What they are.
        values: In one dimension.
        most: The largest that is allowed; the smallest is 0.
        code: Of the error.

    Returns:
        (N,) integers.

    Raises:
        TemplateError: they are anything else.
    """
    found = np.asarray(values)
    if not found.size:
        return np.zeros(0, np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu" or found.min() < 0 or found.max() > most:
        raise TemplateError(code, f"{name} must be whole numbers 0..{most}, in one dimension")
    return found

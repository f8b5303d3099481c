"""Arguments of scenarios: numbers within their range, refused with the range otherwise."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

__all__ = ["number", "share", "whole", "wholes"]


def whole(low: int = 1, high: int = 10**9) -> Callable[[str], int]:
    """Give a type for whole numbers from low to high, both included."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"a whole number from {low} to {high} is needed")
        return value

    return read


def wholes(low: int = 1, high: int = 10**9) -> Callable[[str], list[int]]:
    """Give a type for such numbers, separated by commas."""
    one = whole(low, high)
    return lambda text: [one(part) for part in text.split(",")]


def number(low: float, high: float) -> Callable[[str], float]:
    """Give a type for numbers from low to high, both included."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"a number from {low:g} to {high:g} is needed")
        return value

    return read


def share(text: str) -> float:
    """Read a share above 0 and below 1."""
    value = number(0, 1)(text)
    if value in (0, 1):
        raise argparse.ArgumentTypeError("a share above 0 and below 1 is needed")
    return value

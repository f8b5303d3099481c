"""Datasets as JSON values: what a hit snapshot stores and what the front doors send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from eurodac.record import Dataset

__all__ = ["dataset_from_json", "dataset_to_json"]

_DATASET = TypeAdapter(Dataset)


def dataset_to_json(dataset: Dataset) -> dict[str, Any]:
    """Give a dataset as JSON values (strings, numbers, lists, objects)."""
    body: dict[str, Any] = _DATASET.dump_python(dataset, mode="json")
    return body


def dataset_from_json(body: Mapping[str, Any]) -> Dataset:
    """Read what ``dataset_to_json`` made; exact inverse.

    Raises:
        pydantic.ValidationError: the body is not a dataset, a programming error.
    """
    return _DATASET.validate_python(body)

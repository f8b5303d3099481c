"""The trained part of a finger sketch, shipped with the package and checked when it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from matching.errors import SketchModelError
from matching.kernels.sketch import CELLS
from matching.parameters import SKETCH_MODEL

__all__ = ["BLOCKS", "VALUES", "SketchModel", "dump", "read", "shipped"]

VALUES = 512
BLOCKS = ((0, 128), (128, 256), (256, 512))
"""Values that were rotated together: the leading ones, which are scanned, and two refinements."""

_FORMAT = 2
_FIELDS = ("projection", "origin", "cohort")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SketchModel:
    """A linear map from the pair histogram to values whose signs are the bits.

    Args:
        version: Name that every stored sketch depends on; sketches of two models do not compare.
        projection: (936, 512) float32.
        origin: (512,) float32, the projection of the mean finger.
        cohort: (C, 512) float32, -7, -5 .. 5, 7: codes of fingers that are nobody's, to see how
            far a probe is from strangers.
        columns: (512, C), the same the other way round, as products want it.
    """

    version: str
    projection: NDArray[np.float32]
    origin: NDArray[np.float32]
    cohort: NDArray[np.float32]
    columns: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", np.ascontiguousarray(self.cohort.T))


def dump(model: SketchModel) -> bytes:
    """Write a model as an .npz file: the projection as float16, the cohort as planes of bits."""
    parts: dict[str, NDArray[Any]] = {
        "projection": model.projection.astype(np.float16),
        "origin": model.origin.astype(np.float32),
        "cohort": _planes(model.cohort),
    }
    stream = BytesIO()
    parts["checksum"] = np.array(_checksum(model.version, parts))
    parts["format"], parts["version"] = np.array(_FORMAT), np.array(model.version)
    np.savez(stream, allow_pickle=False, **parts)
    return stream.getvalue()


def read(data: bytes, version: str) -> SketchModel:
    """Read a model.

    Args:
        data: An .npz file as ``dump`` writes it.
        version: The one that is wanted.

    Raises:
        SketchModelError: ``sketch_model_corrupt`` - not a model, or changed since it was written;
            ``sketch_model_version`` - another format or version.
    """
    try:
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        parts = {name: found[name] for name in _FIELDS}
        said = int(found["format"]), str(found["version"])
        checksum = str(found["checksum"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise SketchModelError(
            "sketch_model_corrupt",
            f"the sketch model cannot be read ({type(error).__name__}); install the package again",
        ) from error
    if said != (_FORMAT, version):
        raise SketchModelError(
            "sketch_model_version",
            f"the sketch model is {said[1]!r} in format {said[0]}, this package needs {version!r} "
            f"in format {_FORMAT}; install the package again",
        )
    if checksum != _checksum(version, parts) or not _fits(parts):
        raise SketchModelError(
            "sketch_model_corrupt",
            "the sketch model differs from its checksum; install the package again",
        )
    sign, low, high = np.unpackbits(parts["cohort"], axis=2, bitorder="little").swapaxes(0, 1)
    cohort = (2 * sign.astype(np.float32) - 1) * (1 + 2 * low + 4 * high)
    projection = parts["projection"].astype(np.float32)
    model = SketchModel(version, projection, parts["origin"], cohort.astype(np.float32))
    for array in (model.projection, model.origin, model.cohort):
        array.setflags(write=False)
    return model


def _fits(parts: dict[str, NDArray[Any]]) -> bool:
    wanted = {
        "projection": ((CELLS, VALUES), np.float16),
        "origin": ((VALUES,), np.float32),
        "cohort": ((len(parts["cohort"]), 3, VALUES // 8), np.uint8),
    }
    return all(
        parts[name].shape == shape and parts[name].dtype == kind
        for name, (shape, kind) in wanted.items()
    )


def _planes(cohort: NDArray[np.float32]) -> NDArray[np.uint8]:
    halves = (np.abs(cohort).astype(np.uint8) - 1) // 2
    planes = np.stack([cohort > 0, halves & 1, halves >> 1], axis=1)
    return np.packbits(planes, axis=2, bitorder="little")


def _checksum(version: str, parts: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256(version.encode())
    for name in _FIELDS:
        digest.update(f"{name} {parts[name].shape} {parts[name].dtype.str}".encode())
        digest.update(parts[name].tobytes())
    return digest.hexdigest()


@cache
def shipped() -> SketchModel:
    """Read the model of this package, once per process.

    Raises:
        SketchModelError: as ``read``; ``sketch_model_missing`` if there is no file.
    """
    file, version = SKETCH_MODEL
    place = files("matching.fingerprint").joinpath("models", file)
    try:
        data = place.read_bytes()
    except FileNotFoundError as error:
        raise SketchModelError(
            "sketch_model_missing", f"models/{file} is missing; install the package again"
        ) from error
    return read(data, version)

"""Comparison of two faces: cosine -> calibrated log-likelihood ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from matching.errors import TemplateError
from matching.template import FaceTemplate

__all__ = ["FACE_CALIBRATIONS", "FaceCalibration", "FaceComparison", "compare_faces", "face_llr"]


@dataclass(frozen=True, slots=True)
class FaceCalibration:
    """Cosine of two templates of one model -> log-likelihood ratio: a line, clipped.

    Args:
        dimension: Of the model's vectors.
        neutral: Cosine that speaks neither for nor against, -1..1.
        slope: Natural-log units per unit of cosine.
        lowest: Most that a face says against.
        highest: Most that it says for.
    """

    dimension: int
    neutral: float
    slope: float
    lowest: float
    highest: float


FACE_CALIBRATIONS: Mapping[str, FaceCalibration] = MappingProxyType(
    {"dlib-resnet/1": FaceCalibration(128, 0.935, 100.0, -2.0, 4.0)}
)
"""By model.

Origin: ``python -m benchmarks faces`` on the ORL set (40 people, 10 images each, 1,767 mated and
76,443 non-mated pairs); a logistic regression there gives neutral 0.924 and slope 123, lowered and
flattened here.  The set is small, posed and saturated.  It says nothing about people at a border,
children, ageing, or differences between groups of people: measure again before use."""


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """What a face says about "same person".

    Args:
        cosine: Of the two templates, -1..1.
        llr: Calibrated log-likelihood ratio, natural log; negative speaks against.
    """

    cosine: float
    llr: float


def compare_faces(probe: FaceTemplate, reference: FaceTemplate) -> FaceComparison:
    """Compare two faces (1:1); the same in both orders.

    Raises:
        TemplateError: ``template_model`` - of different models, or of one that is not calibrated;
            ``template_shape`` - not the dimension of their model.
    """
    if probe.model != reference.model or probe.model not in FACE_CALIBRATIONS:
        raise TemplateError(
            "template_model",
            f"faces of models {probe.model} and {reference.model} cannot be compared; make the "
            "templates again from the images",
        )
    dimension = FACE_CALIBRATIONS[probe.model].dimension
    if not len(probe) == len(reference) == dimension:
        raise TemplateError(
            "template_shape", f"a template of {probe.model} has {dimension} values; make it again"
        )
    product = np.dot(probe.vector.astype(np.float64), reference.vector.astype(np.float64))
    cosine = float(np.clip(product, -1.0, 1.0))
    return FaceComparison(cosine, face_llr(cosine, probe.model))


def face_llr(cosine: float, model: str) -> float:
    """Calibrate the cosine of two faces.

    Args:
        cosine: -1..1.
        model: Of both templates.

    Returns:
        Natural-log likelihood ratio, rising with the cosine, within the clips.

    Raises:
        ValueError: cosine is not in -1..1.
    """
    if not -1.0 <= cosine <= 1.0:
        raise ValueError(f"cosine must be in -1..1, not {cosine}")
    row = FACE_CALIBRATIONS[model]
    return min(max(row.slope * (cosine - row.neutral), row.lowest), row.highest)

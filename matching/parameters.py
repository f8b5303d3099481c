"""Every tuned constant of the matcher: value, unit, origin.

Origins:
    [MCC] the published bit cylinder code with relaxation (Cappelli, Ferrara, Maltoni 2010).
    [R1] coordinate search on FVC2002 DB1_B, DB2_B and FVC2004 DB1_B, DB3_B with MINDTCT minutiae:
        mean EER 4.19 -> 2.24 % there and 8.39 -> 5.90 % on databases the search never saw.  The
        optimum is flat: do not read meaning into single values.
    [E1] chosen on the four databases of [R1], on their images cropped to 250 x 250 pixels and
        turned, and on synthetic impressions; see docs/accuracy.md.
    [S1] comparison of sketches on FVC2002 and FVC2004 set B, all eight databases seen.
    [S2] comparison of histograms (8 to 16 cells along the distance, 12 to 20 along each direction,
        reach 90 to 170 pixels) on synthetic fingers and on the same four databases: with a model
        trained on a thousand fingers finer cells and a longer reach pay off, up to a point.
    [C1] the same four databases; what is calibrated on scores stands in calibration.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np

__all__ = [
    "CONSENSUS_DIRECTION",
    "CONSENSUS_DISTANCE",
    "FLOW_COHERENCE",
    "FLOW_DIRECTION",
    "GENERAL_TUNING",
    "LEADER_TUNING",
    "LEAST_FOREGROUND",
    "LONE_WEIGHT",
    "MATCHER_VERSION",
    "MAX_COMPARED_MINUTIAE",
    "MAX_SKETCHED_MINUTIAE",
    "NEUTRAL_QUALITY",
    "PERSON_THRESHOLD",
    "SKETCH_CUTS",
    "SKETCH_MAX_DISTANCE",
    "SKETCH_MIN_DISTANCE",
    "SKETCH_MODEL",
    "SKETCH_QUALITY_EXPONENT",
    "SKETCH_REACH",
    "TUNINGS",
    "CylinderTuning",
    "MinutiaeFamily",
]

MATCHER_VERSION = "cylinders/2"
"""Raised when a similarity would no longer be reproduced; calibrations have their own version."""

MAX_COMPARED_MINUTIAE = 60
"""Minutiae per finger that are compared, the best by quality; [R1]: 40 and 100 were no better."""

MAX_SKETCHED_MINUTIAE = 80
"""Minutiae per finger that enter the sketch, the best by quality [S1]."""

SKETCH_MIN_DISTANCE = 6.0
"""Closer pairs are left out of the sketch, pixels at 500 dpi; they are often one minutia [S1]."""

SKETCH_MAX_DISTANCE = 90.0
"""Farther pairs are left out, pixels at 500 dpi: distortion moves them apart [S1]."""

SKETCH_REACH = 120.0
"""The same for trained sketches, with twelve cells along the distance instead of eight [S2]."""

SKETCH_QUALITY_EXPONENT = 0.75
"""A pair weighs (quality x quality) to this power; the largest single gain of the sketch [S1]."""

NEUTRAL_QUALITY = 0.4
"""Stands for a quality that was not reported (0 in ISO/IEC 19794-2:2005), 0..1: the median of
MINDTCT minutiae on [C1]; between 0.3 and 0.5 no error rate there moved by more than 0.1 %."""

SKETCH_CUTS = ("cuts-5.json", "cuts/5")
"""File in matching/fingerprint/models and the version it must have.  Made by
``python -m benchmarks calibrate-sketches`` with the sketch model."""

SKETCH_MODEL = ("pairs-2.npz", "pairs/2")
"""File in matching/fingerprint/models and the version it must have; every stored sketch depends on
it.  Made by ``python -m benchmarks train-sketch``, from synthetic fingers only."""
CONSENSUS_DISTANCE = 10.0
"""Two extractions of one image found one minutia if no farther apart, pixels [E1]; 8, 13 alike."""

CONSENSUS_DIRECTION = 0.5
"""And if their directions differ by no more than this, radians [E1]."""

LONE_WEIGHT = 0.5
"""Share of its quality that a minutia keeps which only one extraction found [E1]; 0.3 alike, 0.7
and leaving it out are worse."""

FLOW_COHERENCE = 0.2
"""How parallel ridges must be to correct a minutia's direction, 0..1 [E1]; 0.4 alike."""

FLOW_DIRECTION = 0.5
"""Largest correction of a minutia's direction, radians [E1]; 0.8 and none alike."""

LEAST_FOREGROUND = 0.1
"""Share of its quality that a minutia keeps outside of the print; not varied."""

PERSON_THRESHOLD = 10.0
"""Lowest threshold that is ever used, natural-log likelihood ratio; matching/thresholds.py raises
it with the size of the gallery.

Above the clip of a single finger, so that none decides alone however small the gallery: it needs
two fingers that agree. A lower one would rest on fewer non-mated comparisons than a finger had in
its calibration (about 10,000, or 9.3 in these units)."""


class MinutiaeFamily(StrEnum):
    """Extractors whose scores are distributed alike and were calibrated together."""

    MINDTCT = "mindtct"
    LEADER = "leader"
    FOREIGN = "foreign"  # any other extractor, and comparisons across families


@dataclass(frozen=True, slots=True)
class CylinderTuning:
    """Parameters of the compiled matcher, in the order of ``finger_parameters``; defaults [MCC].

    Args:
        number: Identity that every packed finger carries.
        radius: Of a cylinder, pixels at 500 dpi.
        spatial_sigma: Spread of a minutia's contribution to the cells around it, pixels.
        direction_sigma: Likewise over direction differences, radians.
        validity_radius: A cell counts if a minutia lies within this distance, pixels.
        bit_threshold: Contribution from which a cell's bit is set.
        min_valid_share: A cylinder with fewer valid cells is dropped, 0..1.
        min_neighbours: Likewise with fewer other minutiae in reach.
        min_common_cells: A pair with fewer cells valid on both sides is not compared, 0..64.
        max_rotation: Largest difference of direction of a pair, radians.
        min_pairs: Pairs that decide when both fingers have few cylinders.
        max_pairs: The same when both have many.
        pairs_centre: Cylinders half-way between the two.
        pairs_slope: Steepness there, per cylinder.
        relaxation_factor: Pairs that enter the relaxation, as a multiple of those that decide.
        distance_centre: Difference of distance at which support halves, pixels.
        distance_slope: Steepness there, per pixel; negative.
        direction_centre: Difference of turn at which support halves, radians.
        direction_slope: Steepness there, per radian; negative.
        radial_centre: Difference of joining direction at which support halves, radians.
        radial_slope: Steepness there, per radian; negative.
        keep_weight: Share of its value a pair keeps per iteration, 0..1.
        iterations: Steps of the relaxation.
        quality_exponent: A pair's distance is divided by (quality x quality) to this power.
        quality_floor: Lowest quality that is told apart, 0..1.
    """

    number: int
    radius: float = 70.0
    spatial_sigma: float = 28.0 / 3
    direction_sigma: float = 2 * np.pi / 9
    validity_radius: float = 50.0
    bit_threshold: float = 0.01
    min_valid_share: float = 0.5
    min_neighbours: float = 2.0
    min_common_cells: float = 31.0
    max_rotation: float = np.pi / 2
    min_pairs: float = 4.0
    max_pairs: float = 12.0
    pairs_centre: float = 20.0
    pairs_slope: float = 0.4
    relaxation_factor: float = 3.0
    distance_centre: float = 5.0
    distance_slope: float = -1.6
    direction_centre: float = np.pi / 12
    direction_slope: float = -30.0
    radial_centre: float = np.pi / 12
    radial_slope: float = -30.0
    keep_weight: float = 0.5
    iterations: float = 5.0
    quality_exponent: float = 0.0
    quality_floor: float = 0.05


LEADER_TUNING = CylinderTuning(number=2)
"""[MCC]: searching on LEADER minutiae gained nothing on databases the search never saw."""

GENERAL_TUNING = replace(
    LEADER_TUNING,
    number=1,
    radius=75.0,
    direction_sigma=0.5,
    min_common_cells=36.0,
    max_rotation=1.05,
    max_pairs=15.0,
    direction_centre=0.45,
    direction_slope=-12.0,
    radial_centre=0.15,
    keep_weight=0.2,
    iterations=8.0,
    quality_exponent=0.1,
)
"""[R1]; for MINDTCT, unknown extractors and comparisons across families."""

TUNINGS: Mapping[MinutiaeFamily, CylinderTuning] = MappingProxyType(
    {
        MinutiaeFamily.MINDTCT: GENERAL_TUNING,
        MinutiaeFamily.LEADER: LEADER_TUNING,
        MinutiaeFamily.FOREIGN: GENERAL_TUNING,
    }
)

"""Synthetic fingerprints: nobody's fingers, for demonstrations and tests of the real pipeline.

A finger is made once (`make_master`) and then touched to the sensor as often as needed
(`take_impression`, or `make_impression` under chosen conditions). Everything follows from seeds.
"""

from eurodac.demo.fingerprints.conditions import Conditions, sample_conditions
from eurodac.demo.fingerprints.flow import PATTERNS
from eurodac.demo.fingerprints.impression import (
    IMPRESSION_SHAPE,
    locate,
    make_impression,
    take_impression,
)
from eurodac.demo.fingerprints.master import MASTER_SHAPE, Master, make_master
from eurodac.demo.fingerprints.seeds import finger_seed, impression_seed

__all__ = [
    "IMPRESSION_SHAPE",
    "MASTER_SHAPE",
    "PATTERNS",
    "Conditions",
    "Master",
    "finger_seed",
    "impression_seed",
    "locate",
    "make_impression",
    "make_master",
    "sample_conditions",
    "take_impression",
]

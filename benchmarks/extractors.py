"""The product's extractors by the name that ``--extractor`` takes."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import cast

from matching.fingerprint.extractor import Extractor

__all__ = ["NOMINAL_PPI", "add_extractor_argument", "make_extractor"]

NOMINAL_PPI = 500
"""Of every database: rescaling FVC2002 DB2 from the 569 it is said to have made nothing better."""

_EXTRACTORS = {  # loaded when chosen: the accurate one needs an extra of the package
    "mindtct": ("matching.fingerprint.mindtct", "MindtctExtractor"),
    "leader": ("matching.fingerprint.leader", "LeaderExtractor"),
}


def add_extractor_argument(parser: argparse.ArgumentParser) -> None:
    """Declare ``--extractor``."""
    parser.add_argument("--extractor", choices=sorted(_EXTRACTORS), default="mindtct")


def make_extractor(name: str, *, nfiq2: bool = False) -> Extractor:
    """Return the extractor; NFIQ 2 costs time and is computed by MINDTCT's only, where asked."""
    module, attribute = _EXTRACTORS[name]
    options = {"compute_nfiq2": nfiq2} if name == "mindtct" else {}
    return cast(Extractor, getattr(import_module(module), attribute)(**options))

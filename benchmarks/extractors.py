"""The product's extractors by the name that ``--extractor`` takes."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import cast

from matching.fingerprint.extractor import Extractor

__all__ = ["NOMINAL_PPI", "add_extractor_argument", "make_extractor"]

NOMINAL_PPI = 500
"""Of every database: rescaling FVC2002 DB2 from the 569 it is said to have made nothing better."""

_EXTRACTORS: dict[
    str, tuple[str, str, dict[str, bool]]
] = {  # loaded when chosen: the accurate one needs an extra of the package
    "mindtct": ("matching.fingerprint.mindtct", "MindtctExtractor", {"compute_nfiq2": False}),
    "leader": ("matching.fingerprint.leader", "LeaderExtractor", {}),
}


def add_extractor_argument(parser: argparse.ArgumentParser) -> None:
    """Declare ``--extractor``."""
    parser.add_argument("--extractor", choices=sorted(_EXTRACTORS), default="mindtct")


def make_extractor(name: str) -> Extractor:
    """Return the extractor, without NFIQ 2: quality is not what is measured."""
    module, attribute, options = _EXTRACTORS[name]
    return cast(Extractor, getattr(import_module(module), attribute)(**options))

"""Similarities of all prints of a database with each other, and what calibration needs beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.data import FingerprintDatabase
from benchmarks.errors import DataError
from benchmarks.extractors import NOMINAL_PPI, make_extractor
from matching.calibrated import Covariate, Evidence
from matching.codec import iso19794_2_2005
from matching.codec.image import decode
from matching.fingerprint.compare import PackedSet, compare_many
from matching.fingerprint.cylinders import PackedFinger, build
from matching.parameters import MinutiaeFamily
from matching.template import FingerPosition, MinutiaeTemplate

__all__ = ["Floats", "PrintScores", "collect", "template_reader"]

Floats = NDArray[np.float64]
_ANY = FingerPosition.RIGHT_INDEX  # one finger is compared at a time
_THREADS = 2


@dataclass(frozen=True, slots=True)
class PrintScores:
    """Every print of a database against every print.

    Args:
        database: Its name.
        similarity: (n, n) symmetric, 0..1.
        evidence: Per print.
        finger: (n,) number of the finger, 0.. in the order of the files.
        impression: (n,) number of the impression, 0..
    """

    database: str
    similarity: Floats
    evidence: tuple[Evidence, ...]
    finger: NDArray[np.intp]
    impression: NDArray[np.intp]

    def covariate(self, chosen: Covariate) -> Floats:
        """(n, n): the smaller value of the two prints; zeros for NONE."""
        values = [one.value(chosen) for one in self.evidence]
        return np.minimum.outer(values, values)

    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """First print, second print, mated: of every pair of prints."""
        first, second = np.triu_indices(len(self.finger), 1)
        return first, second, self.finger[first] == self.finger[second]

    def by_person(self, values: Floats) -> Floats:
        """Reorder (n, n) values to (finger, impression, finger, impression).

        Raises:
            DataError: the fingers have different numbers of impressions.
        """
        fingers, impressions = self.finger.max() + 1, self.impression.max() + 1
        if len(self.finger) != fingers * impressions:
            raise DataError(f"{self.database}: every finger needs the same impressions")
        return values.reshape(fingers, impressions, fingers, impressions)


def template_reader(family: MinutiaeFamily) -> Callable[[Path], MinutiaeTemplate]:
    """Give what reads the minutiae of a print; FOREIGN reads the .iso file beside the image."""
    if family is MinutiaeFamily.FOREIGN:
        return _foreign
    extractor = make_extractor(family.value)

    def read(path: Path) -> MinutiaeTemplate:
        return extractor.extract(decode(path.read_bytes()).pixels, ppi=NOMINAL_PPI).template

    return read


def _foreign(path: Path) -> MinutiaeTemplate:
    record = path.with_suffix(".iso")
    if not record.is_file():
        raise DataError(f"{record} is missing; it holds the minutiae of another extractor")
    return iso19794_2_2005.read(record.read_bytes()).views[0].template


def collect(databases: Iterable[FingerprintDatabase], family: MinutiaeFamily) -> list[PrintScores]:
    """Extract with two threads and compare every print with every print of its database."""
    read = template_reader(family)
    found = []
    for database in track(list(databases), family.value, transient=True):
        with ThreadPoolExecutor(_THREADS) as pool:
            packed = [build(template) for template in pool.map(read, database.images.values())]
        found.append(_scores(database, packed))
    return found


def _scores(database: FingerprintDatabase, packed: list[PackedFinger]) -> PrintScores:
    fingers = list(dict.fromkeys(finger for finger, _ in database.images))
    impressions = sorted({impression for _, impression in database.images})
    sets = [PackedSet({_ANY: one}) for one in packed]
    similarity = np.array(
        [[found.terms[0].similarity for found in compare_many(probe, sets)] for probe in sets]
    )
    return PrintScores(
        database.name,
        np.minimum(similarity, similarity.T),
        tuple(one.evidence for one in packed),
        np.array([fingers.index(finger) for finger, _ in database.images]),
        np.array([impressions.index(impression) for _, impression in database.images]),
    )

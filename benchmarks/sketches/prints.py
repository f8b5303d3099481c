"""Minutiae of many synthetic fingers, made once and kept in files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.population.captures import take
from benchmarks.population.masters import make_masters
from benchmarks.population.templates import finger_sets
from eurodac.demo.fingerprints import finger_seed, make_master, take_impression
from matching.fingerprint.extractor import Extractor
from matching.template import MinutiaeTemplate

__all__ = ["CHUNK", "Prints", "Series", "draw_people", "make_chunk", "read_prints"]

CHUNK = 25  # fingers per file: a stopped run loses at most one of them
_POSITION = 2


@dataclass(frozen=True, slots=True)
class Series:
    """A population of synthetic fingers and how they are captured.

    Args:
        seed: Of the population.
        impressions: Of every finger.
        easiest: Least level of the conditions, 0 or more; 1 behaves like the public databases.
        hardest: Greatest level.
    """

    seed: int
    impressions: int
    easiest: float
    hardest: float


@dataclass(frozen=True, slots=True)
class Prints:
    """Templates of several fingers with several impressions each.

    Args:
        templates: N templates.
        fingers: (N,) int64, which finger each of them shows.
        impressions: (N,) int64, which impression of it.
        groups: (N,) int64, which collection (sensor) it comes from.
    """

    templates: Sequence[MinutiaeTemplate]
    fingers: NDArray[np.int64]
    impressions: NDArray[np.int64]
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.templates)

    def take(self, chosen: NDArray[np.int64]) -> Prints:
        """Return some of the prints, by index."""
        templates = [self.templates[i] for i in chosen]
        return Prints(
            templates, self.fingers[chosen], self.impressions[chosen], self.groups[chosen]
        )


def make_chunk(folder: Path, number: int, *, extractor: Extractor, series: Series) -> Path:
    """Make the prints of ``CHUNK`` fingers, unless their file is there already.

    Args:
        folder: Where the file goes; it must exist.
        number: 0 or more; fingers ``number * CHUNK`` and on.
        extractor: Makes the minutiae.
        series: Whose fingers.

    Returns:
        The file: one .npz with the minutiae of all prints.

    Cost: per print about 0.03 s and the extraction.
    """
    family = extractor.name.partition("/")[0]
    levels = (series.easiest, series.hardest)
    about = f"{family}-{series.seed}-{series.impressions}-{levels[0]}-{levels[1]}"
    path = folder / f"{about}-{number:04d}.npz"
    if path.is_file():
        return path
    rows, owners = [], []
    for finger in range(number * CHUNK, (number + 1) * CHUNK):
        master = make_master(finger_seed(series.seed, finger, _POSITION))
        rng = np.random.default_rng((series.seed, finger))
        for impression in range(series.impressions):
            image = take_impression(master, impression, level=float(rng.uniform(*levels)))
            rows.append(extractor.extract(image).template)
            owners.append((finger, impression))
    partial = path.with_suffix(".part")
    with partial.open("wb") as stream:
        np.savez_compressed(
            stream,
            minutiae=np.concatenate([t.minutiae for t in rows]),
            kinds=np.concatenate([t.kinds for t in rows]),
            counts=np.array([len(t) for t in rows]),
            owners=np.array(owners),
            extractor=np.array(extractor.name),
        )
    partial.rename(path)
    return path


def draw_people(seed: int, people: int, *, captures: int) -> Prints:
    """Draw the fingers of people of ``benchmarks/population`` without images; 1.5 ms each.

    Args:
        seed: Of the population; finger f of person p is number 10 p + f.
        people: Whose usable fingers.
        captures: Of every person.
    """
    templates: list[MinutiaeTemplate] = []
    owners: list[tuple[int, int]] = []
    for start in range(0, people, CHUNK):
        block = np.arange(start, min(start + CHUNK, people))
        masters = make_masters(seed, block)
        for number in range(captures):
            taken = finger_sets(take(masters, seed, number=number))
            for person, fingers in zip(block.tolist(), taken, strict=True):
                templates += fingers.fingers.values()
                owners += [(10 * person + p - 1, number) for p in fingers.fingers]
    fingers, impressions = np.array(owners, np.int64).T
    return Prints(templates, fingers, impressions, np.zeros(len(owners), np.int64))


def read_prints(paths: Iterable[Path]) -> Prints:
    """Read the files of ``make_chunk``; all of them are one group."""
    templates: list[MinutiaeTemplate] = []
    owners = []
    for path in paths:
        with np.load(path) as found:
            ends = np.cumsum(found["counts"])[:-1]
            minutiae = np.split(found["minutiae"], ends)
            kinds = np.split(found["kinds"], ends)
            name = str(found["extractor"])
            owners.append(found["owners"])
        templates += [MinutiaeTemplate(m, k, name) for m, k in zip(minutiae, kinds, strict=True)]
    joined = np.concatenate(owners).astype(np.int64)
    return Prints(templates, joined[:, 0], joined[:, 1], np.zeros(len(joined), np.int64))

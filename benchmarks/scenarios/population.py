"""Identify people by ten fingers among millions, open set, every candidate confirmed by minutiae.

Strangers are composed of a pool of fingers (``benchmarks/population/pool.py``); mates are enrolled
by their first capture and searched by their second; half of the probes that nobody is enrolled for
set the threshold at FPIR 1e-3, the other half measure it. All four groups are different people. A
mate is lost by narrowing if its exact comparison reaches the threshold and the search, which
compares only those that are near, does not list it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from rich.progress import track

from benchmarks.arguments import share, whole, wholes
from benchmarks.identification import lost_upper_bound
from benchmarks.population.pool import Pool, PooledRows, make_pool, people
from benchmarks.report import Result, Row
from benchmarks.scenarios.calibrate_sketches import FINGERS
from eurodac.galleries.sealing import RowSealer
from matching.fingerprint.compare import compare, pack
from matching.fingerprint.cuts import MISS_BUDGET, limits
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import CandidateList, Permit, Reference
from matching.gallery.row import ROW_BYTES
from matching.gallery.rows import MakeRows, MappedRows, MemoryRows
from matching.gallery.sealed_rows import DISK_BYTES, SealedRows
from matching.parameters import MATCHER_VERSION, PERSON_THRESHOLD, SKETCH_CUTS, SKETCH_MODEL
from matching.template import FingerPosition, FingerSet

__all__ = ["add_arguments", "run"]

_FPIR = 1e-3
_LOWEST = PERSON_THRESHOLD  # the registry asks for no lower score
_LISTED = 20
_BLOCK = 4096  # strangers enrolled at a time
_TOGETHER = 64  # probes per batched call
_ROWS = ("composed", "memory", "mapped", "sealed")
_STRANGERS, _MATES, _THRESHOLD, _OPEN = range(4)  # added to the seed: different people


@dataclass(frozen=True, slots=True)
class _Probes:
    """Mates with their references, and probes of people who are not enrolled."""

    mated: Sequence[Reference]
    enrolled: Sequence[Reference]
    setting: Sequence[Reference]
    measuring: Sequence[Reference]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--n", type=wholes(), default=[100_000], help="references, by commas")
    parser.add_argument("--fingers", type=wholes(1, 10), default=[10, 8, 4, 2], help="of the probe")
    parser.add_argument("--threads", type=whole(1, 256), default=2)
    parser.add_argument("--mates", type=whole(), default=500)
    parser.add_argument(
        "--others", type=whole(), default=2000, help="probes of people not enrolled"
    )
    parser.add_argument("--timed", type=whole(), default=200, help="searches timed one by one")
    parser.add_argument("--pool", type=whole(), default=2000, help="people that strangers come of")
    parser.add_argument("--budget", type=share, default=MISS_BUDGET, help="mates that may be lost")
    parser.add_argument(
        "--rows",
        choices=_ROWS,
        default="composed",
        help="when they are read, or in memory, or in files (in the clear or sealed): 6 KB each",
    )
    parser.add_argument("--seed", type=whole(0), default=1000)


def run(args: argparse.Namespace) -> Result:
    """Measure every size with every number of fingers."""
    pool = make_pool(args.seed + _STRANGERS, args.pool)
    probes = _make_probes(args)
    rows: list[Row] = []
    for count in args.n:
        with tempfile.TemporaryDirectory() as folder:
            engine = _filled(args, pool, probes, count=count, folder=Path(folder))
            for fingers in args.fingers:
                metrics = _measure(engine, probes, fingers=fingers, timed=args.timed)
                rows.append(Row("ours", f"{count:,} people, {fingers} fingers", metrics))
            memory = _memory(engine, probes, sealed=args.rows == "sealed")
            rows.append(Row("ours", f"{count:,} people, memory", memory))
    asked = ("threads", "mates", "others", "pool", "budget", "rows", "seed")
    versions = {
        "matcher": MATCHER_VERSION,
        "sketch": SKETCH_MODEL[1],
        "cuts": SKETCH_CUTS[1],
    }
    return Result({**{name: getattr(args, name) for name in asked}, **versions}, rows)


def _make_probes(args: argparse.Namespace) -> _Probes:
    def group(kind: int, count: int, capture: int) -> list[Reference]:
        made = people(args.seed + kind, np.arange(count), capture=capture)
        shown = track(made, "probes and mates", total=count, transient=True)
        return [one for one in shown if len(one.fingers)]

    return _Probes(
        group(_MATES, args.mates, 1),
        group(_MATES, args.mates, 0),
        group(_THRESHOLD, args.others // 2, 1),
        group(_OPEN, args.others // 2, 1),
    )


def _filled(
    args: argparse.Namespace, pool: Pool, probes: _Probes, *, count: int, folder: Path
) -> NativeGallery:
    strangers = count - len(probes.enrolled)
    engine = NativeGallery(
        threads=args.threads,
        rows=_make_rows(args.rows, pool, strangers, folder=folder),
        cuts=partial(limits, budget=args.budget),
    )
    for first in track(range(0, strangers, _BLOCK), f"enrol {count:,}", transient=True):
        engine.enrol_batch(pool.compose(np.arange(first, min(first + _BLOCK, strangers))))
    engine.enrol(probes.enrolled)
    return engine


def _make_rows(where: str, pool: Pool, strangers: int, *, folder: Path) -> MakeRows:
    if where == "memory":
        return MemoryRows
    if where == "mapped":
        return MappedRows(folder)
    if where == "sealed":
        return SealedRows(folder, RowSealer())
    return lambda first, capacity: PooledRows(pool, strangers, first=first)


def _measure(
    engine: NativeGallery, probes: _Probes, *, fingers: int, timed: int
) -> dict[str, float | int]:
    chosen = FINGERS[fingers]
    used = process_time()
    times, single = _one_by_one(engine, _reduced(probes.mated[:timed], chosen))
    used = process_time() - used
    setting = [_best(found) for found in _batched(engine, _reduced(probes.setting, chosen))]
    allowed = int(_FPIR * len(setting))
    found_at = float(np.nextafter(np.sort(setting)[-1 - allowed], np.inf))
    threshold = max(_LOWEST, found_at)
    began = perf_counter()
    measured = [_best(found) for found in _batched(engine, _reduced(probes.measuring, chosen))]
    rate = len(measured) / (perf_counter() - began)
    missed = lost = 0
    mated = _reduced(probes.mated, chosen)
    found = [*single, *_batched(engine, mated[len(single) :])]
    for one, probe, enrolled in zip(found, mated, probes.enrolled, strict=True):
        scores = {c.key: c.comparison.score for c in one.candidates}
        missed += scores.get(enrolled.key, -np.inf) < threshold
        if enrolled.key not in scores:
            exact = compare(pack(probe), pack(enrolled.fingers)).score
            lost += exact >= threshold
    compared = [one.compared for one in found]
    return {
        "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
        "cpu_ms": 1e3 * used / max(1, len(single)),
        "queries_per_s": rate,
        "fnir_at_fpir_1e3": missed / len(mated),
        "threshold": threshold,
        "fpir": float(np.mean(np.array(measured) >= threshold)),
        "lost": lost,
        "lost_share_upper95": lost_upper_bound(lost, len(mated)),
        "compared_mean": float(np.mean(compared)),
        "compared_most": max(compared),
    }


def _reduced(probes: Sequence[Reference], chosen: Sequence[FingerPosition]) -> list[FingerSet]:
    """The chosen fingers of probes that have any of them."""
    kept = [{p: t for p, t in one.fingers.fingers.items() if p in chosen} for one in probes]
    return [
        FingerSet(some or dict(one.fingers.fingers)) for some, one in zip(kept, probes, strict=True)
    ]


def _one_by_one(
    engine: NativeGallery, probes: Sequence[FingerSet]
) -> tuple[list[float], list[CandidateList]]:
    times, found = [], []
    for probe in probes:
        began = perf_counter()
        found.append(engine.search(probe, permit=Permit(), k=_LISTED, threshold=_LOWEST))
        times.append(1e3 * (perf_counter() - began))
    return times, found


def _batched(engine: NativeGallery, probes: Sequence[FingerSet]) -> Iterator[CandidateList]:
    for first in range(0, len(probes), _TOGETHER):
        some = probes[first : first + _TOGETHER]
        yield from engine.search_many(some, permit=Permit(), k=_LISTED, threshold=_LOWEST)


def _best(found: CandidateList) -> float:
    return found.candidates[0].comparison.score if found.candidates else -np.inf


def _memory(engine: NativeGallery, probes: _Probes, *, sealed: bool) -> dict[str, float]:
    """Bytes per person, and what it costs to erase one; the mates are gone afterwards."""
    bytes_in_memory = engine.nbytes / len(engine)
    times = []
    for one in probes.enrolled:
        began = perf_counter()
        engine.erase([one.key])
        times.append(1e6 * (perf_counter() - began))
    return {
        "memory_bytes_per_person": bytes_in_memory,
        "disk_bytes_per_person": float(DISK_BYTES if sealed else ROW_BYTES),
        "erase_us": float(np.median(times)),
        "erase_p95_us": float(np.percentile(times, 95)),
    }

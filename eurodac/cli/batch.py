"""``eurodac link-batch``: likely same people in one file or two; the registry is not touched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from eurodac.cli.batch_files import Batch, read_batches, write_whole
from eurodac.cli.batch_report import Pair, Term, report, said_of
from eurodac.cli.call import Json, console
from eurodac.errors import BatchError
from eurodac.visible import visible
from matching.linkage import (
    FINGERS,
    Linkage,
    clusters,
    connected_components,
    link,
    one_to_one,
)

__all__ = ["add_to"]

_SHOWN = 10
"""Pairs in the report, of the strongest and of the most doubtful each."""
_Output = Annotated[
    Path,
    typer.Option(
        "--output", help="Pairs as NDJSON; the report, .html, beside.", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("link-batch")(link_batch)


class Clusters(StrEnum):
    """How the records of one file become people."""

    AVERAGE = "average"
    CONNECTED = "connected"


def link_batch(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, show_default=False)],
    *,
    output: _Output,
    precision: Annotated[
        float, typer.Option(min=0.5, max=0.9999, help="Share of right links, by the model.")
    ] = 0.99,
    single: Annotated[
        bool, typer.Option("--one-to-one", help="Two files: a person is at most once in each.")
    ] = False,
    joined: Annotated[
        Clusters | None,
        typer.Option(
            "--clusters",
            help="One file: average joins records while the mean of their scores is high enough; "
            "connected joins whatever a chain of links connects.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find likely same people in two files, or clusters of records in one.

    Files are NDJSON or Parquet, columns as docs/names.md lists them, fingerprints among them.
    Nothing is stored in the registry, and nothing is decided.
    """
    _check_output(output, files)
    _check(len(files), single=single, joined=joined)
    batches = read_batches(files)
    _tell_left_out(files, batches)
    records = [batch.records for batch in batches]
    found = link(*records, threads=os.cpu_count() or 1)
    run = _decided(batches, found, threshold=found.threshold(precision), single=single)
    if len(batches) == 1:
        run = _clustered(run, connected=joined is Clusters.CONNECTED)
    write_whole(output, _lines(run))
    write_whole(output.with_suffix(".html"), _report(run))
    _say(run, as_json=as_json)


def _tell_left_out(files: list[Path], batches: list[Batch]) -> None:
    """Say on the error channel what only one of the files has: a misspelt name would do that."""
    for file, batch in zip(files, batches, strict=True):
        if batch.left_out:
            text = f"{file.name}: not compared, the other file has no such column: "
            typer.echo(visible(text + ", ".join(batch.left_out)), err=True)


def _say(run: _Run, *, as_json: bool) -> None:
    found = run.found
    body = {
        "pairs": len(run.accepted),
        "compared": len(found.left),
        "threshold": run.threshold if np.isfinite(run.threshold) else None,
        "weights": found.model.weights,
        "features": list(dict.fromkeys(feature.name for feature in found.features)),
    }
    if as_json:
        typer.echo(json.dumps(body))
    else:
        console().print(f"{body['pairs']} of {body['compared']} compared pairs are linked")
        console().print(said_of(found.model.weights))


def _check_output(output: Path, files: list[Path]) -> None:
    report_file = output.with_suffix(".html")
    if output == report_file:
        raise BatchError("batch_output", "the pairs need another name than the report, .html")
    if not output.parent.is_dir():
        raise BatchError("batch_output", "the folder of the output does not exist; create it")
    for path in (output, report_file):
        if path.is_dir():
            raise BatchError("batch_output", f"{path.name} is a folder; give the name of a file")
        if any(path.resolve() == file.resolve() for file in files):
            raise BatchError("batch_output", f"{path.name} would be written over; choose another")


def _check(files: int, *, single: bool, joined: Clusters | None) -> None:
    if files > 2:
        raise BatchError("batch_files", f"{files} files were given; link one or two")
    if single and files == 1:
        raise BatchError("batch_options", "--one-to-one needs two files; one has --clusters")
    if joined and files == 2:
        raise BatchError("batch_options", "--clusters needs one file; two have --one-to-one")


@dataclass(frozen=True, slots=True)
class _Run:
    left: Batch
    right: Batch
    found: Linkage
    threshold: float
    accepted: list[int]
    cluster: list[int] | None


def _decided(batches: list[Batch], found: Linkage, *, threshold: float, single: bool) -> _Run:
    kept = found.scores >= threshold
    if single:
        kept &= one_to_one(found.left, found.right, found.scores)
    return _Run(batches[0], batches[-1], found, threshold, _best_first(found, kept), None)


def _clustered(run: _Run, *, connected: bool) -> _Run:
    """Join the records of one file; a pair is linked if both are in one cluster."""
    found, count = run.found, len(run.left.ids)
    if connected:
        strong = found.scores >= run.threshold
        numbers = connected_components(found.left[strong], found.right[strong], count=count)
    else:
        numbers, _ = clusters(found, count=count, threshold=run.threshold)
    kept = numbers[found.left] == numbers[found.right]
    return replace(run, accepted=_best_first(found, kept), cluster=numbers.tolist())


def _best_first(found: Linkage, kept: NDArray[np.bool_]) -> list[int]:
    order = np.argsort(-found.scores, kind="stable")
    best: list[int] = order[kept[order]].tolist()
    return best


def _lines(run: _Run) -> Iterator[dict[str, Any]]:
    for at in run.accepted:
        pair = _pair(run, at)
        line: dict[str, Any] = {"left": pair.left, "right": pair.right, "bits": round(pair.bits, 3)}
        if run.cluster is not None:
            line["cluster"] = run.cluster[int(run.found.left[at])]
        line["prior"] = round(run.found.model.prior, 3)
        line["terms"] = [
            {"feature": term.name, "relation": term.relation, "bits": round(term.bits, 3)}
            for term in pair.terms
        ]
        yield line


def _pair(run: _Run, at: int) -> Pair:
    found = run.found
    one, other = int(found.left[at]), int(found.right[at])
    terms = []
    for feature, bits in zip(found.features, found.terms(at), strict=True):
        level = int(feature.levels[at])
        if level >= 0:
            terms.append(Term(feature.name, feature.names[level], bits))
    shown = [
        (a.name, a.values[one] or "", b.values[other] or "")
        for a, b in zip(run.left.records.columns, run.right.records.columns, strict=True)
    ]
    if run.left.records.fingers:
        a, b = run.left.records.fingers[one], run.right.records.fingers[other]
        shown.append((FINGERS, f"{len(a)} usable", f"{len(b)} usable"))
    ids = run.left.ids[one], run.right.ids[other]
    return Pair(*ids, float(found.scores[at]), tuple(terms), found.model.prior, tuple(shown))


def _report(run: _Run) -> str:
    scores = run.found.scores
    near = np.abs(scores - run.threshold) if np.isfinite(run.threshold) else -scores
    doubtful = np.argsort(near, kind="stable")[:_SHOWN].tolist()
    batches = [run.left] if run.left is run.right else [run.left, run.right]
    return report(
        strongest=[_pair(run, at) for at in run.accepted[:_SHOWN]],
        doubtful=[_pair(run, at) for at in doubtful],
        filled=[row for batch in batches for row in _completeness(batch)],
        scores=scores.tolist(),
        threshold=run.threshold,
        weights=run.found.model.weights,
    )


def _completeness(batch: Batch) -> Iterator[tuple[str, float]]:
    """Columns, and the share of the rows that say something there."""
    records = batch.records
    for column in records.columns:
        yield column.name, sum(map(bool, column.values)) / len(records)
    if records.fingers:
        yield FINGERS, sum(map(bool, map(len, records.fingers))) / len(records)

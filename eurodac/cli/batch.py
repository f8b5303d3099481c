"""``eurodac link-batch``: likely same people in one file or two; the registry is not touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from eurodac.cli.batch_files import Batch, read_batches, write_whole
from eurodac.cli.batch_report import Pair, Term, report
from eurodac.cli.call import Json, console
from eurodac.cli.files import InputFile
from eurodac.errors import BatchError
from matching.linkage import Linkage, clusters, link, one_to_one

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


def link_batch(
    left: InputFile,
    right: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, show_default=False)
    ] = None,
    *,
    output: _Output,
    precision: Annotated[
        float, typer.Option(min=0.5, max=0.9999, help="Share of right links, by the model.")
    ] = 0.99,
    single: Annotated[
        bool, typer.Option("--one-to-one", help="A person is at most once in each file.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find likely same people in two files, or clusters of records in one.

    Files are NDJSON or Parquet.  Nothing is stored in the registry, and nothing is decided.
    """
    if output.suffix == ".html":
        raise BatchError("batch_output", "the pairs need another name than the report, .html")
    batches = read_batches([path for path in (left, right) if path is not None])
    found = link(batches[0].records, batches[1].records if right else None)
    run = _decided(batches, found, precision=precision, single=single and right is not None)
    write_whole(output, _lines(run))
    write_whole(output.with_suffix(".html"), _report(run))
    threshold = run.threshold if np.isfinite(run.threshold) else None
    body = {"pairs": len(run.accepted), "compared": len(found.left), "threshold": threshold}
    if as_json:
        typer.echo(json.dumps(body))
    else:
        console().print(f"{body['pairs']} of {body['compared']} compared pairs are linked")


@dataclass(frozen=True, slots=True)
class _Run:
    left: Batch
    right: Batch
    found: Linkage
    threshold: float
    accepted: list[int]
    cluster: list[int] | None


def _decided(batches: list[Batch], found: Linkage, *, precision: float, single: bool) -> _Run:
    threshold = found.threshold(precision)
    kept = found.scores >= threshold
    cluster = None
    if single:
        kept &= one_to_one(found.left, found.right, found.scores)
    if len(batches) == 1:
        bar = threshold if np.isfinite(threshold) else 1e9
        numbers, _ = clusters(found, count=len(batches[0].ids), threshold=bar)
        cluster = numbers.tolist()
        kept = numbers[found.left] == numbers[found.right]
    order = np.argsort(-found.scores, kind="stable")
    return _Run(batches[0], batches[-1], found, threshold, order[kept[order]].tolist(), cluster)


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
    terms = [Term("prior", "any two records", found.model.prior)]
    for feature, bits in zip(found.features, found.terms(at), strict=True):
        level = int(feature.levels[at])
        if level >= 0:
            terms.append(Term(feature.name, feature.names[level], bits))
    shown = [
        (a.name, a.values[one] or "", b.values[other] or "")
        for a, b in zip(run.left.records.columns, run.right.records.columns, strict=True)
    ]
    ids = run.left.ids[one], run.right.ids[other]
    return Pair(*ids, float(found.scores[at]), tuple(terms[1:]), found.model.prior, tuple(shown))


def _report(run: _Run) -> str:
    scores = run.found.scores
    near = np.abs(scores - run.threshold) if np.isfinite(run.threshold) else -scores
    doubtful = np.argsort(near, kind="stable")[:_SHOWN].tolist()
    filled = [
        (column.name, sum(bool(value) for value in column.values) / len(column.values))
        for batch in ([run.left] if run.left is run.right else [run.left, run.right])
        for column in batch.records.columns
    ]
    return report(
        strongest=[_pair(run, at) for at in run.accepted[:_SHOWN]],
        doubtful=[_pair(run, at) for at in doubtful],
        filled=filled,
        scores=scores.tolist(),
        threshold=run.threshold,
    )

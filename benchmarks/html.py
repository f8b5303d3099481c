"""A result as one HTML file that needs nothing else: no scripts, fonts or pictures elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import cast

from benchmarks.report import Plot, Value, columns, shown

__all__ = ["page"]

_STYLE = """
body { font: 16px/1.5 sans-serif; color: #1a1a1a; background: #fff; max-width: 80rem;
       margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
.wide { overflow-x: auto; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { border: 1px solid #767676; padding: .25rem .6rem; text-align: left; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
thead th, tbody th { background: #f0f0f0; }
figure { margin: 1.5rem 0; }
svg { max-width: 100%; height: auto; }
"""
_Fields = Mapping[str, Value]


def page(document: Mapping[str, object], summary: str, plots: Sequence[Plot]) -> str:
    """Return the report of a run.

    Args:
        document: As ``report.document`` makes it.
        summary: What the scenario measures; its first line is a sentence of its own.
        plots: Pictures to put in.
    """
    name = escape(str(document["scenario"]))
    rows = cast(Sequence[Mapping[str, object]], document["rows"])
    machine = {"commit": cast(Value, document["commit"]), **cast(_Fields, document["machine"])}
    paragraphs = "\n".join(f"<p>{escape(part)}</p>" for part in summary.split("\n\n"))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Benchmark {name}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Benchmark {name}</h1>
{paragraphs}
<h2>Result</h2>
<div class="wide" role="region" aria-label="Result" tabindex="0">
{_results(rows)}
</div>
{"".join(map(_figure, plots))}
<h2>Circumstances</h2>
{_facts("Commit and machine", machine)}
{_facts("Parameters", cast(_Fields, document["parameters"]))}
</main>
</body>
</html>
"""


def _results(rows: Sequence[Mapping[str, object]]) -> str:
    metrics = [cast(_Fields, row["metrics"]) for row in rows]
    names = columns(metrics)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("subject", "case", *names))
    lines = "\n".join(
        f'<tr><th scope="row">{escape(str(row["subject"]))}</th><td>{escape(str(row["case"]))}</td>'
        + "".join(_cell(values.get(name)) for name in names)
        + "</tr>"
        for row, values in zip(rows, metrics, strict=True)
    )
    caption = "Every row is one measurement; – means that it has no such figure"
    return (
        f"<table>\n<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{lines}\n</tbody>\n</table>"
    )


def _cell(value: Value) -> str:
    kind = "" if isinstance(value, str) else ' class="number"'
    return f"<td{kind}>{escape(shown(value))}</td>"


def _facts(title: str, facts: _Fields) -> str:
    lines = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(shown(value))}</td></tr>'
        for name, value in facts.items()
    )
    return f"<table>\n<caption>{escape(title)}</caption>\n<tbody>\n{lines}\n</tbody>\n</table>"


def _figure(plot: Plot) -> str:
    return f"""<figure>
<div role="img" aria-label="{escape(plot.description)}">
{plot.svg}
</div>
<figcaption>{escape(plot.title)}</figcaption>
</figure>
"""

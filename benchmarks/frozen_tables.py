"""Frozen results and the tables that the README shows of them.

``python -m benchmarks.frozen_tables FILE...`` prints the tables of result files; without a file it
renders every frozen result into the README, as ``make docs`` does.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from benchmarks.report import Value, columns, shown

__all__ = ["FOLDER", "README", "fill", "frozen", "markdown"]

FOLDER = Path(__file__).parent / "frozen"
README = Path(__file__).parents[1] / "README.md"
_MARKER = re.compile(
    r"(?P<begin><!-- benchmark: (?P<name>[\w-]+) -->\n)(?:(?!<!-- benchmark).)*"
    r"(?P<end><!-- benchmark end -->)",
    re.S,
)
_Fields = Mapping[str, Value]


def frozen(name: str, folder: Path = FOLDER) -> list[Path]:
    """Return the frozen results of a name, ``NAME.MACHINE.json``, by machine."""
    return sorted(folder.glob(f"{name}.*.json"))


def markdown(document: Mapping[str, object]) -> str:
    """Return a result as a Markdown table under a line about machine, commit and parameters.

    Args:
        document: As ``report.document`` makes it. Metrics that no row has are left out.
    """
    rows = cast(Sequence[Mapping[str, object]], document["rows"])
    metrics = [cast(_Fields, row["metrics"]) for row in rows]
    names = [name for name in columns(metrics) if any(m.get(name) is not None for m in metrics)]
    lines = [
        _circumstances(document),
        "",
        _line(["subject", "case", *names]),
        _line(["---", "---", *("---:" for _ in names)]),
    ]
    lines += [
        _line([row["subject"], row["case"], *(shown(values.get(name)) for name in names)])
        for row, values in zip(rows, metrics, strict=True)
    ]
    return "\n".join(lines) + "\n"


def fill(text: str, folder: Path = FOLDER) -> str:
    """Return a document with the tables of all frozen results between its markers."""

    def tables(found: re.Match[str]) -> str:
        documents = [json.loads(p.read_text("utf-8")) for p in frozen(found["name"], folder)]
        rendered = "".join(f"\n{markdown(document)}" for document in documents)
        return found["begin"] + rendered + ("\n" if rendered else "") + found["end"]

    return _MARKER.sub(tables, text)


def _circumstances(document: Mapping[str, object]) -> str:
    machine = cast(_Fields, document["machine"])
    commit = str(document["commit"])
    parameters = cast(_Fields, document["parameters"])
    said = ", ".join(f"{name} {shown(value)}" for name, value in parameters.items())
    return (
        f"*{machine['cpu']}, {machine['cores']} cores, "
        f"{cast(int, machine['memory_mib']) / 1024:.0f} GiB; commit {commit[:12]}; {said}.*"
    )


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def main(files: Sequence[str]) -> None:
    """Print the tables of files, or render the frozen ones into the README."""
    for file in files:
        print(markdown(json.loads(Path(file).read_text("utf-8"))))
    if not files:
        README.write_text(fill(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

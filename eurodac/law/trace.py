"""Article <-> rule <-> code <-> tests, read from the source tree; `make law` prints it.

A rule counts as used by a module that imports its law module or names its id, and as tested by a
test file that marks tests with its id, or with the rows of its law module. Which tests really ran
is checked by the test suite itself, in every full run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from eurodac.law.loader import Rule, loaded_tables

__all__ = ["TraceRow", "trace"]

_PACKAGES = ("eurodac", "api", "matching", "benchmarks")


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One rule with its places.

    Args:
        article: CELEX#article.
        rule_id: Id of the row.
        table: Table below ``eurodac/law``.
        says: The sentence of the row.
        code: Files that use the rule, relative to the root; empty without a source tree.
        tests: Test files that are marked with it.
    """

    article: str
    rule_id: str
    table: str
    says: str
    code: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """What one file says about the law."""

    path: str
    modules: frozenset[str]  # law modules that it imports
    strings: frozenset[str]  # string literals
    marks_rows: bool  # has a law mark whose id is computed from a row


def trace(root: Path) -> list[TraceRow]:
    """Trace every rule through a source tree.

    Args:
        root: Folder with ``eurodac`` and ``tests``; where they are missing (an installed wheel),
            the columns of code and tests are empty.

    Returns:
        One row per rule, by article, then id.

    Cost: about a second: every file is parsed once.
    """
    code = [s for name in _PACKAGES for s in _read(root, name) if "/law/" not in s.path]
    tests = list(_read(root, "tests"))
    owners = _owners(root)
    rows = [
        _row(table, rule, owners=owners, code=code, tests=tests)
        for table, rules in loaded_tables().items()
        for rule in rules.values()
    ]
    return sorted(rows, key=lambda row: (row.article, row.rule_id))


def _row(
    table: str,
    rule: Rule,
    *,
    owners: Mapping[str, str],
    code: Iterable[_Source],
    tests: Iterable[_Source],
) -> TraceRow:
    owner = owners.get(table.split("/")[0], "")
    return TraceRow(
        article=rule.article,
        rule_id=rule.id,
        table=table,
        says=rule.says,
        code=tuple(s.path for s in code if owner in s.modules or rule.id in s.strings),
        tests=tuple(
            s.path for s in tests if rule.id in s.strings or (s.marks_rows and owner in s.modules)
        ),
    )


def _owners(root: Path) -> dict[str, str]:
    """Give table -> law module that loads it, by the first argument of ``load_rows``."""
    owners: dict[str, str] = {}
    for path in sorted((root / "eurodac" / "law").rglob("*.py")):
        module = path.parent.name if path.name == "__init__.py" else path.stem
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "load_rows":
                argument = node.args[0]
                parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                if isinstance(parts[0], ast.Constant):
                    owners[str(parts[0].value).split("/")[0]] = module
    return owners


def _read(root: Path, package: str) -> Iterable[_Source]:
    for path in sorted((root / package).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        nodes = list(ast.walk(tree))
        yield _Source(
            path=str(path.relative_to(root)),
            modules=frozenset(_law_modules(nodes)),
            strings=frozenset(
                node.value
                for node in nodes
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ),
            marks_rows=any(_marks_a_row(node) for node in nodes),
        )


def _law_modules(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "eurodac.law":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eurodac.law."):
            yield str(node.module).split(".")[2]


def _marks_a_row(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.mark.law"
        and any(not isinstance(argument, ast.Constant) for argument in node.args)
    )

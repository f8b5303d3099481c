"""The house style, checked: budgets, packages, public names."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("matching", "eurodac", "api", "migrations", "benchmarks", "tests")
CODE = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
SOURCES = CODE + sorted(
    p
    for name in PACKAGES
    for pattern in ("*.c", "*.h", "*.html", "*.css", "*.toml", "*.sql")
    for p in (ROOT / name).rglob(pattern)
)
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_the_budget(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_function_is_longer_than_the_budget(path: Path) -> None:
    too_long = [
        f"{node.name}: {lines}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert too_long == []


def test_every_test_folder_is_a_package() -> None:
    """Without this pytest would import tests/matching as ``matching``."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(f) for f in sorted(folders) if not (f / "__init__.py").is_file()] == []


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_names_are_sorted(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names = ast.literal_eval(node.value)
            assert list(names) == sorted(names, key=lambda n: (not n.isupper(), n[0].islower(), n))


@pytest.mark.parametrize("package", ["matching", "eurodac", "api", "migrations"])
def test_no_other_distribution_holds_our_packages(package: str) -> None:
    """A public package of the same name would be overwritten without an error."""
    assert set(packages_distributions().get(package, [])) <= {"eurodac-register"}

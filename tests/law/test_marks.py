"""Law and tests are held together, also with parallel workers, and only in full runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from eurodac.law import all_rules
from tests.law.marks import rules_named_by

ROOT = Path(__file__).parent.parent.parent
CONFTEST = """
from tests.law.marks import LawMarks
def pytest_configure(config):
    config.pluginmanager.register(LawMarks(["rule.one", "rule.two"]), "law-marks")
"""
INI = """
[pytest]
testpaths = suite
markers = law(id): rule
"""
BOTH_PROVED = """
import pytest
@pytest.mark.law("rule.one")
def test_one(): pass
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.law("rule.two"))])
def test_two(x): pass
"""
ONE_SKIPPED = """
import pytest
@pytest.mark.law("rule.one")
def test_one(): pass
@pytest.mark.law("rule.two")
def test_two(): pytest.skip("not here")
"""
UNKNOWN_NAMED = (
    BOTH_PROVED
    + """
@pytest.mark.law("rule.gone")
def test_gone(): pass
"""
)


def run(folder: Path, tests: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "suite").mkdir()
    (folder / "pytest.ini").write_text(INI)
    (folder / "suite" / "conftest.py").write_text(CONFTEST)
    (folder / "suite" / "test_suite.py").write_text(tests)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_full_run_that_proves_every_rule_succeeds(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    assert run(tmp_path, BOTH_PROVED, *workers).returncode == 0


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_skipped_test_proves_nothing(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, ONE_SKIPPED, *workers)
    assert done.returncode == 1
    assert "rule.two" in done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_test_that_names_no_rule_fails_the_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, UNKNOWN_NAMED, *workers)
    assert done.returncode == 1
    assert "rule.gone" in done.stdout


def test_a_narrowed_run_is_not_judged(tmp_path: Path) -> None:
    assert run(tmp_path, ONE_SKIPPED, "-k", "one").returncode == 0


def test_no_collected_test_names_a_rule_that_is_gone(request: pytest.FixtureRequest) -> None:
    named = {rule for item in request.session.items for rule in rules_named_by(item)}
    assert sorted(named - set(all_rules())) == []

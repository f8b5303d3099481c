"""What the documents name must exist: commands, folders, tests, contracts, settings, links."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.frozen_tables import FOLDER, fill
from eurodac.settings import Settings

ROOT = Path(__file__).parent.parent
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FIRST_SCREEN_LINES = 40
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_CONTRACT = re.compile(r'contract "([^"]+)"')


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def cells(document: str) -> list[list[str]]:
    """The rows of all tables, without heads and rules."""
    lines = document.splitlines()
    bodies = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("|") and not after.startswith("| ---") and not line.startswith("| ---")
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in bodies]


def enforcement(decision: Path) -> str:
    return decision.read_text("utf-8").partition("## Enforced by\n")[2]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("command", ["make demo", "make check"])
def test_the_first_screen_shows_both_commands(command: str) -> None:
    assert command in "\n".join(text("README.md").splitlines()[:FIRST_SCREEN_LINES])
    target = command.removeprefix("make ")
    assert re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)


def test_every_folder_of_the_readme_exists_and_every_folder_stands_there() -> None:
    named = [row[0].strip("`") for row in cells(text("README.md")) if row[0].endswith("/`")]
    assert named
    assert [name for name in named if not (ROOT / name).is_dir()] == []
    packages = {path.parent for path in ROOT.glob("*/__init__.py")}
    inside = {
        path.parent for top in ("eurodac", "matching") for path in (ROOT / top).glob("*/*.py")
    }
    folders = {f"{path.relative_to(ROOT)}/" for path in packages | inside}
    assert folders - set(named) == set()


def test_every_table_of_a_benchmark_is_rendered_from_its_frozen_result() -> None:
    """`make docs` renders them."""
    assert fill(text("README.md")) == text("README.md")
    marked = re.findall(r"<!-- benchmark: ([\w-]+) -->", text("README.md"))
    assert len(marked) == text("README.md").count("<!-- benchmark end -->") > 0
    for path in FOLDER.glob("*.json"):
        found = json.loads(path.read_text("utf-8"))
        assert path.name.partition(".")[0] in marked
        assert path.name.startswith(found["scenario"])
        assert re.fullmatch("[0-9a-f]{40}", found["commit"]), "not of a committed tree"


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_what_enforces_a_decision_exists(decision: Path) -> None:
    enforced = enforcement(decision)
    tests, contracts = _TEST.findall(enforced), _CONTRACT.findall(enforced)
    assert len(tests) + len(contracts) == enforced.count("\n* ") + enforced.startswith("* ") > 0
    missing = [f"{path}::{name}" for path, name in tests if f"def {name}(" not in text(path)]
    assert missing == []
    config = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]
    assert set(contracts) <= {contract["name"] for contract in config["contracts"]}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_its_parts_and_stands_in_the_list(decision: Path) -> None:
    lines = decision.read_text("utf-8").splitlines()
    assert lines[0].startswith(f"# {int(decision.stem[:4])}. ")
    parts = ["## Context", "## Decision", "## Consequences", "## Enforced by"]
    assert [line for line in lines if line.startswith("## ")] == parts
    assert f"[{lines[0].removeprefix('# ')}]({decision.name})" in text("docs/decisions/README.md")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_a_term_stands_in_the_glossary_once_with_source_and_meaning() -> None:
    rows = cells(text("GLOSSARY.md"))
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    terms = Counter(row[0].casefold() for row in rows)
    assert [term for term, times in terms.items() if times > 1] == []


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`EURODAC_{name.upper()}`" in text("docs/settings.md")


def test_every_variable_of_the_code_is_documented() -> None:
    """Those of tests, benchmarks and single commands are no settings."""
    folders = ("api", "eurodac", "benchmarks", "tests")
    code = "\n".join(p.read_text("utf-8") for f in folders for p in (ROOT / f).rglob("*.py"))
    documents = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    used = set(re.findall(r"\bEURODAC_[A-Z_]*[A-Z]\b", code))
    assert "EURODAC_BENCH_DATA" in used
    assert [name for name in sorted(used) if name not in documents] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_resolve(document: Path) -> None:
    for target, part in _LINK.findall(document.read_text("utf-8")):
        path = document.parent / target
        assert path.exists(), target
        if part:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            assert part.removeprefix("#") in map(anchor, headings), target + part


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_of_the_repository_in_documents_exist(document: Path) -> None:
    """Those in backticks that begin with a folder of ours; placeholders are written in capitals."""
    tops = "api|benchmarks|docs|eurodac|matching|migrations|scripts|tests"
    named = re.findall(rf"`((?:{tops})/[\w./]*)`", document.read_text("utf-8"))
    assert [n for n in named if "NNNN" not in n and not (ROOT / n).exists()] == []

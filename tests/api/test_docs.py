"""The generated documents are committed as the code makes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import pathlib, runpy, sys
made = runpy.run_path("scripts/generate_docs.py")
for name, document in made["DOCUMENTS"].items():
    if (made["DOCS"] / name).read_text("utf-8") != document():
        sys.exit(f"docs/{name} is not what the code says; run make docs and review the difference")
"""


def test_the_documents_are_those_of_the_code() -> None:
    """In a process of its own, with nothing set in the environment."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("EURODAC_")}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        cwd=ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ["settings.md", "commands.md"])
def test_the_documents_are_not_empty(name: str) -> None:
    assert len((ROOT / "docs" / name).read_text("utf-8")) > 1000

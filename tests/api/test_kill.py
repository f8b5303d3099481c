"""``kill -9`` in the middle of an import: what was acknowledged is stored once, nothing by halves.

Real processes: the live server behind ``eurodac import --url``, and the embedded import itself.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.invented import dataset, fingerprints
from tests.api.live import free_port

DATASETS = 500
PEOPLE = 450  # some come twice, so that the import finds links as well
KILL_AFTER = 150  # acknowledgements
EURODAC = Path(sys.executable).parent / "eurodac"
ACTOR = ["--user", "u", "--unit", "n", "--role", "asylum_unit", "--state", "IT"]
CALL = [*ACTOR, "--purpose", "a", "--case", "import/1", "--json"]
DEADLINE_SECONDS = 90


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 transmissions with two ready-made templates each, one a line."""
    path = tmp_path_factory.mktemp("import") / "datasets.ndjson"
    lines = []
    for number in range(DATASETS):
        message = dataset(number % PEOPLE, "IT", number)
        message["fingerprints"] = fingerprints(number % PEOPLE, number, (2, 7))
        del message["facial_image"]
        message["missing"] = {"facial_image": "technical_obstacle"}
        lines.append(json.dumps(message))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


class Registry:
    """A registry of its own and the commands that work on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("EURODAC_")},
            "EURODAC_HOME": str(home),
            "EURODAC_PORT": str(self.port),
            "EURODAC_DEVELOPMENT_IDENTITIES": "true",
        }
        self.run("init")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [EURODAC, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str, output: Path) -> "subprocess.Popen[bytes]":
        with output.open("wb") as stream, output.with_suffix(".err").open("wb") as errors:
            return subprocess.Popen(
                [EURODAC, *arguments], env=self.environment, stdout=stream, stderr=errors
            )

    @contextmanager
    def serving(self) -> Iterator["subprocess.Popen[bytes]"]:
        server = self.start("serve", output=self.home / "server.txt")
        try:
            wait(lambda: answers(self.url), "the server did not start")
            yield server
        finally:
            server.kill()
            server.wait()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.home / "registry.db")) as database:
            return database.execute(sql).fetchall()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait(condition: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)


def acknowledged(output: Path) -> dict[str, str]:
    """Reference number -> record id of every line that was acknowledged."""
    lines = [
        json.loads(line)
        for line in output.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    ]
    return {
        line["reference_number"]: line["record_id"]
        for line in lines
        if line["state"] in ("stored", "replayed")
    }


def kill_in_the_middle(process: "subprocess.Popen[bytes]", output: Path) -> None:
    wait(lambda: output.read_bytes().count(b"\n") >= KILL_AFTER, "too few acknowledgements")
    process.send_signal(signal.SIGKILL)
    process.wait()


WHOLE = """
SELECT d.reference_number, d.record_id,
  (SELECT count(*) FROM names n WHERE n.record_id = d.record_id),
  (SELECT count(*) FROM biometrics b WHERE b.record_id = d.record_id AND b.sealed IS NOT NULL),
  (SELECT count(*) FROM record_keys k WHERE k.record_id = d.record_id),
  (SELECT count(*) FROM log l WHERE l.subject = d.record_id
     AND l.operation = 'transmit' AND l.outcome = 'done'),
  (SELECT count(*) FROM idempotency i WHERE i.record_id = d.record_id)
FROM datasets d
"""


def assert_whole(registry: Registry, stored: dict[str, str]) -> int:
    """Every dataset is complete, and every acknowledged one is there; returns how many."""
    rows = registry.rows(WHOLE)
    assert {tuple(row[2:]) for row in rows} == {(1, 2, 1, 1, 1)}
    assert len({row[0] for row in rows}) == len(rows)
    found = {row[0]: row[1] for row in rows}
    assert {number: found.get(number) for number in stored} == stored
    assert registry.rows("SELECT count(*) FROM records") == [(len(rows),)]
    return len(rows)


def assert_finished(registry: Registry, first: Path, second: Path) -> None:
    """After running the import again: everything once, compared, logged, in the gallery."""
    before, after = acknowledged(first), acknowledged(second)
    assert len(after) == DATASETS
    assert {number: after[number] for number in before} == before
    assert assert_whole(registry, after) == DATASETS
    assert registry.rows("SELECT count(*) FROM comparisons WHERE state = 'pending'") == [(0,)]
    assert registry.rows("SELECT count(*) FROM links") == [(DATASETS - PEOPLE,)]
    who = ["--user", "u", "--unit", "n", "--state", "IT", "--case", "check", "--json"]
    log = json.loads(
        registry.run("audit", "verify", "--role", "auditor", "--purpose", "x-audit", *who)
    )
    assert log["count"] >= DATASETS
    gallery = json.loads(
        registry.run("gallery", "check", "--role", "operator", "--purpose", "x-operate", *who)
    )
    assert gallery["agrees"] is True
    assert gallery["fingerprints"]["count"] == gallery["names"]["count"] == DATASETS


def test_kill_of_the_server(tmp_path: Path, messages: Path) -> None:
    registry = Registry(tmp_path / "registry")
    token = registry.run("identity", "issue", *ACTOR).strip()
    command = ["import", str(messages), f"--url={registry.url}", f"--token={token}", *CALL]
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    with registry.serving() as server:
        importing = registry.start(*command, output=first)
        kill_in_the_middle(server, first)
        assert importing.wait(timeout=DEADLINE_SECONDS) == 3
    assert KILL_AFTER <= assert_whole(registry, acknowledged(first)) < DATASETS
    with registry.serving():
        assert registry.start(*command, output=second).wait(timeout=DEADLINE_SECONDS) == 0
    assert_finished(registry, first, second)


def test_kill_of_the_embedded_import(tmp_path: Path, messages: Path) -> None:
    registry = Registry(tmp_path / "registry")
    command = ["import", str(messages), *CALL]
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    kill_in_the_middle(registry.start(*command, output=first), first)
    assert KILL_AFTER <= assert_whole(registry, acknowledged(first)) < DATASETS
    assert registry.start(*command, output=second).wait(timeout=DEADLINE_SECONDS) == 0
    assert_finished(registry, first, second)

"""``eurodac serve`` gives no address before the port is its own."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eurodac.cli import app
from eurodac.errors import NotReadyError


@pytest.fixture(autouse=True)
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Initialise a registry in a folder of its own."""
    monkeypatch.setenv("EURODAC_HOME", str(tmp_path / "registry"))
    monkeypatch.delenv("EURODAC_DATABASE_URL", raising=False)
    assert CliRunner().invoke(app, ["init"]).exit_code == 0


def test_a_taken_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("EURODAC_PORT", str(port))
        result = CliRunner().invoke(app, ["serve"])
    assert result.output == ""
    assert isinstance(result.exception, NotReadyError)
    assert result.exception.code == "port_taken"
    assert f"port {port} of 127.0.0.1" in str(result.exception)


def test_an_address_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EURODAC_HOST", "192.0.2.1")  # reserved for documentation, RFC 5737
    result = CliRunner().invoke(app, ["serve"])
    assert result.output == ""
    assert isinstance(result.exception, NotReadyError)
    assert result.exception.code == "port_unusable"

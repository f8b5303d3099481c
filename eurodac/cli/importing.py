"""Import of many datasets: one JSON message a line, into the registry or to a live server.

A line is acknowledged on standard output after its dataset was stored for good, never before. A
repeated import sends every line again: what was stored before is replayed and says so. Lines are
told apart by their idempotency key: the SHA-256 of the line, or the one it names itself in
``{"idempotency_key": ..., "message": ...}``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.progress import Progress

from eurodac import strict_json
from eurodac.cli.call import NOT_READY, REFUSED, Call, acting, console, error_body
from eurodac.cli.client import Client
from eurodac.cli.files import InputFile, without_mark
from eurodac.errors import EurodacError, FieldRefusedError, NotReadyError
from eurodac.service import Service

__all__ = ["add_to"]

_REFUSED = "refused"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("import")(acting(import_file))


@dataclass(frozen=True, slots=True)
class Line:
    """A line that could be read."""

    number: int
    key: str
    message: dict[str, Any]


class Sender(Protocol):
    """Where messages go."""

    def send(self, message: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Send one message; returns the transmission view as JSON once it is stored."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Into the registry of EURODAC_HOME, in this process."""

    call: Call
    service: Service

    def send(self, message: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Transmit; the dataset is committed when this returns."""
        view = self.service.transmit(self.call.context(), message, idempotency_key=key)
        return {
            "record_id": view.record_id,
            "reference_number": view.reference_number,
            "stored": view.stored,
            "replayed": view.replayed,
            "hits": len(view.hits),
        }


@dataclass(frozen=True, slots=True)
class Remote:
    """To a live server."""

    client: Client

    def send(self, message: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Transmit; the dataset is committed when the server has answered."""
        body = self.client.post("/datasets", message, key=key)
        return {**body, "hits": len(body["hits"])}


def import_file(
    call: Call,
    file: InputFile,
    *,
    url: Annotated[str, typer.Option(help="Send to this server, e.g. http://127.0.0.1:8858.")] = "",
    token: Annotated[
        str,
        typer.Option(help="Bearer token for --url.", envvar="EURODAC_TOKEN", show_default=False),
    ] = "",
) -> None:
    """Import an NDJSON file, one transmission a line; run it again after any interruption."""
    if url and not token:
        raise typer.BadParameter("--url needs --token; see 'eurodac identity issue'")
    counts: Counter[str] = Counter()
    with _sender(call, url=url, token=token) as sender, _progress(file) as advance:
        for acknowledgement in _acknowledgements(sender, file):
            advance()
            counts[acknowledgement["state"]] += 1
            _print(acknowledgement, as_json=call.as_json)
            if acknowledgement["state"] == "unknown":
                break
    total = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no line"
    console(stderr=True).print(f"import: {total}")
    if counts["unknown"]:
        raise typer.Exit(NOT_READY)
    if counts[_REFUSED]:
        raise typer.Exit(REFUSED)


def _acknowledgements(sender: Sender, file: Path) -> Iterator[dict[str, Any]]:
    """Send line by line; say for each what became of it."""
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            text = without_mark(raw) if number == 1 else raw
            if not text.strip():
                continue
            try:
                line = _read(number, text.strip())
                answer = sender.send(line.message, key=line.key)
            except NotReadyError as error:  # the line may be stored or not: running again tells
                yield {"line": number, "state": "unknown", **error_body(error)}
            except EurodacError as error:
                yield {"line": number, "state": _REFUSED, **error_body(error)}
            else:
                yield {"line": number, **_summary(answer)}


def _read(number: int, text: bytes) -> Line:
    value = strict_json.parse(text)
    if not isinstance(value, dict):
        raise FieldRefusedError("message_shape", "a line must be one JSON object")
    if set(value) != {"idempotency_key", "message"}:
        return Line(number, hashlib.sha256(text).hexdigest(), value)
    key, message = value["idempotency_key"], value["message"]
    if not isinstance(key, str) or not 0 < len(key) <= 200 or not key.isascii():
        raise FieldRefusedError(
            "idempotency_key",
            "idempotency_key must be 1 to 200 ASCII characters",
            field="idempotency_key",
        )
    if not isinstance(message, dict):
        raise FieldRefusedError("message_shape", "message must be a JSON object", field="message")
    return Line(number, key, message)


def _summary(answer: dict[str, Any]) -> dict[str, Any]:
    state = "replayed" if answer["replayed"] else "stored" if answer["stored"] else "answered"
    return {
        "state": state,
        "reference_number": answer["reference_number"],
        "record_id": answer["record_id"],
        "hits": answer["hits"],
    }


def _print(acknowledgement: dict[str, Any], *, as_json: bool) -> None:
    """Print and flush: what is read here is stored, whatever happens next."""
    if as_json:
        typer.echo(json.dumps(acknowledgement))
        return
    state, number = acknowledgement["state"], acknowledgement["line"]
    if "code" in acknowledgement:
        field = f" {acknowledgement['field']}" if "field" in acknowledgement else ""
        typer.echo(
            f"line {number}: {state} {acknowledgement['code']}{field}: {acknowledgement['message']}"
        )
    else:
        typer.echo(
            f"line {number}: {state} {acknowledgement['reference_number']}, "
            f"{acknowledgement['hits']} hits"
        )


@contextmanager
def _sender(call: Call, *, url: str, token: str) -> Iterator[Sender]:
    if url:
        with Client(url, token=token, purpose=call.purpose, case=call.case) as client:
            yield Remote(client)
    else:
        with call.service() as service:
            yield Embedded(call, service)


@contextmanager
def _progress(file: Path) -> Iterator[Any]:
    """Show progress on a terminal only; elsewhere standard error stays quiet."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda: None
        return
    with file.open("rb") as stream:
        lines = sum(1 for text in stream if text.strip())
    with Progress(console=out) as bar:
        task = bar.add_task("import", total=lines)
        yield lambda: bar.advance(task)

"""What commands share: who calls, the open registry, output, errors.

``acting`` gives a command the options that say who acts and what for, so that every command that
touches data asks for them in the same words.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, get_type_hints

import typer
from rich.console import Console

from eurodac.errors import EurodacError, KeyUnavailableError, NotReadyError, SettingError
from eurodac.record import Actor, CallContext, Role
from eurodac.service import Service, open_service
from eurodac.settings import load_settings
from eurodac.visible import visible

__all__ = [
    "NOT_READY",
    "REFUSED",
    "Call",
    "Json",
    "acting",
    "console",
    "error_body",
    "exit_code",
    "now",
    "show_error",
]

REFUSED = 1
WRONG_USAGE = 2
NOT_READY = 3

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
_PANEL = "Who acts, and what for"


def _option(name: str, help_text: str) -> Any:
    return typer.Option(
        f"--{name}",
        help=help_text,
        envvar=f"EURODAC_ACTOR_{name.upper()}",
        rich_help_panel=_PANEL,
    )


_ACTOR_OPTIONS: dict[str, Any] = {
    "user": Annotated[str, _option("user", "User id of the person or machine that acts.")],
    "unit": Annotated[str, _option("unit", "Its unit.")],
    "role": Annotated[Role, _option("role", "Its role.")],
    "state": Annotated[str, _option("state", "Its Member State, two letters, EL for Greece.")],
    "purpose": Annotated[
        str, _option("purpose", "Purpose a..j of Article 1(1), or x-audit, x-operate.")
    ],
    "case": Annotated[str, _option("case", "Case reference; it is logged.")],
    "as_json": Json,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One use of the command line by one actor.

    Args:
        actor: Who acts.
        purpose: What for.
        case: In which case.
        as_json: Whether to answer in JSON.
    """

    actor: Actor
    purpose: str
    case: str
    as_json: bool

    def context(self) -> CallContext:
        """Give the context of a call that begins now."""
        return CallContext(self.actor, self.purpose, self.case, now())

    @contextmanager
    def service(self, *, mend: bool = True) -> Iterator[Service]:
        """Open the registry of EURODAC_HOME and close it again; ``mend`` as ``open_service``."""
        opened = open_service(load_settings(), at=now(), mend=mend)
        try:
            yield opened
        finally:
            opened.close()

    def answer(self, body: object, *, text: Callable[[], None]) -> None:
        """Answer in JSON or in words."""
        if self.as_json:
            typer.echo(json.dumps(body))
        else:
            text()


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def console(*, stderr: bool = False) -> Console:
    """Give a console; personal data never meet markup or emoji codes."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def acting(function: Callable[..., None]) -> Callable[..., None]:
    """Turn ``function(call, ...)`` into a command with the options that make up the call."""
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]

    @functools.wraps(function)
    def command(**values: Any) -> None:
        who = {name: values.pop(name) for name in _ACTOR_OPTIONS}
        actor = Actor(who["user"], who["unit"], who["role"], who["state"])
        function(Call(actor, who["purpose"], who["case"], who["as_json"]), **values)

    shown = [
        inspect.Parameter(
            each.name, each.KEYWORD_ONLY, default=each.default, annotation=hints[each.name]
        )
        for each in own
    ]
    shown += [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if name == "as_json" else inspect.Parameter.empty,
            annotation=annotation,
        )
        for name, annotation in _ACTOR_OPTIONS.items()
    ]
    del command.__dict__["__wrapped__"]
    command.__dict__["__signature__"] = inspect.Signature(shown)
    command.__annotations__ = {each.name: each.annotation for each in shown}
    return command


def exit_code(error: EurodacError) -> int:
    """Give the exit code of an error."""
    if isinstance(error, SettingError):
        return WRONG_USAGE
    return NOT_READY if isinstance(error, KeyUnavailableError | NotReadyError) else REFUSED


def error_body(error: EurodacError) -> dict[str, str]:
    """Show an error as JSON values: code, message, article, field."""
    parts = {
        "code": error.code,
        "message": str(error),
        "article": error.article,
        "field": getattr(error, "field", None),
    }
    return {name: value for name, value in parts.items() if value}


def show_error(error: EurodacError) -> None:
    """Say what was refused, why, and under which article."""
    body = error_body(error)
    rule = f" [{body['article']}]" if "article" in body else ""
    field = f" ({body['field']})" if "field" in body else ""
    console(stderr=True).print(visible(f"{body['code']}{field}: {body['message']}{rule}"))

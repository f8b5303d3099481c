"""Commands of the fingerprint expert: confirm or reject a link."""

from __future__ import annotations

from typing import Annotated

import typer

from eurodac.cli.call import Call, acting, console
from eurodac.record import LinkState
from eurodac.views import to_json

__all__ = ["add_to"]

Reason = Annotated[str, typer.Option("--reason", help="What was compared and seen; no names.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("confirm")(acting(confirm))
    app.command("reject")(acting(reject))


def confirm(call: Call, link_id: str, *, reason: Reason) -> None:
    """Confirm that the two records of a link are one person."""
    _decide(call, link_id, decision=LinkState.CONFIRMED, reason=reason)


def reject(call: Call, link_id: str, *, reason: Reason) -> None:
    """Reject a link: two different people."""
    _decide(call, link_id, decision=LinkState.REJECTED, reason=reason)


def _decide(call: Call, link_id: str, *, decision: LinkState, reason: str) -> None:
    with call.service() as service:
        view = service.decide_link(call.context(), link_id, decision=decision.value, reason=reason)
    call.answer(to_json(view), text=lambda: console().print(f"link {view.link_id} is {view.label}"))

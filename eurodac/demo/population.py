"""Plays the stories: every step goes through the same calls as a Member State's would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from eurodac.demo.histories import Capture, Story, Update
from eurodac.demo.messages import (
    eurodac_message,
    file_message,
    instant,
    visa_decision,
    visa_message,
)
from eurodac.demo.prints import Prints
from eurodac.record import Actor, CallContext, Role
from eurodac.service import Service
from eurodac.transmission import write_nist

__all__ = ["context_for", "play"]


def context_for(
    state: str, at: datetime, *, role: Role = Role.ASYLUM_UNIT, purpose: str = "a"
) -> CallContext:
    """Make the context of a demonstration call."""
    actor = Actor(f"{state}-{role}-1", f"{state} {role} 1", role, state)
    return CallContext(actor, purpose, f"DEMO-{state}", at)


def play(
    service: Service,
    stories: Sequence[Story],
    prints: Mapping[int, Sequence[Prints]],
    *,
    done: Callable[[], None],
) -> dict[str, str]:
    """Play all steps of all stories in the order of time.

    Args:
        service: An empty registry.
        stories: The stories.
        prints: Number of the person -> prints of each capture.
        done: Called after each step.

    Returns:
        Reference or application number -> record id; EES files under ``"ees:<person>"``.
    """
    steps = [
        (instant(step, story.person.number), story, step)
        for story in stories
        for step in story.steps
    ]
    steps.sort(key=lambda item: item[0])
    taken: dict[int, int] = {}
    ids: dict[str, str] = {}
    for at, story, step in steps:
        number = story.person.number
        if isinstance(step, Update):
            context = context_for(step.state, at)
            service.amend(context, step.number, {"later": step.later})
        else:
            index = taken.get(number, 0)
            taken[number] = index + 1
            key = step.number or f"ees:{number}"
            ids[key] = _capture(service, step, prints[number][index], at)
        done()
    return ids


def _capture(service: Service, step: Capture, prints: Prints, at: datetime) -> str:
    machine = context_for(step.state, at, role=Role.OPERATOR, purpose="x-operate")
    if step.kind == "ees":
        return service.adopt_ees(machine, file_message(step, prints, at), member_state=step.state)
    if step.kind == "vis":
        message = visa_message(step, prints)
        record_id = service.adopt_vis(machine, message, member_state=step.state)
        service.update_visa(machine, step.number, visa_decision(step))
        return record_id
    message = eurodac_message(step, prints, at)
    if step.kind == "illegal_stay":
        unit = context_for(step.state, at, role=Role.IMMIGRATION_UNIT, purpose="c")
        answer = service.transmit(unit, message, idempotency_key=step.number)
    else:
        data = write_nist(message, origin=step.state)
        unit = context_for(step.state, at)
        answer = service.transmit_nist(unit, data, idempotency_key=step.number)
    assert answer.record_id is not None
    return answer.record_id

"""Commands of the units: enrol, identify, look up, show a person."""

from __future__ import annotations

import hashlib
from typing import Annotated

import typer
from rich.table import Table

from eurodac.cli.call import Call, acting, console
from eurodac.cli.files import InputFile, looks_like_json, read_message
from eurodac.demo.case import tell_case
from eurodac.lookup_views import IdentityLookupView
from eurodac.present import rarity
from eurodac.service import Service
from eurodac.views import (
    DatasetView,
    FingerView,
    IdentificationView,
    NameView,
    PersonView,
    TransmissionView,
    to_json,
)
from eurodac.visible import visible

__all__ = ["add_to", "transmission_text"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, function in (
        ("enrol", enrol),
        ("identify", identify),
        ("lookup", lookup),
        ("lookup-identity", lookup_identity),
        ("lookup-visa", lookup_visa),
        ("person", person),
    ):
        app.command(name)(acting(function))


def enrol(
    call: Call,
    file: InputFile,
    *,
    idempotency_key: Annotated[
        str, typer.Option(help="Key of this message; by default the SHA-256 of the file.")
    ] = "",
) -> None:
    """Transmit one dataset: a JSON message or an ANSI/NIST-ITL file."""
    data = file.read_bytes()
    key = idempotency_key or hashlib.sha256(data).hexdigest()
    with call.service() as service:
        if looks_like_json(data):
            message = _message(service, call, "transmit", data=data)
            view = service.transmit(call.context(), message, idempotency_key=key)
        else:
            view = service.transmit_nist(call.context(), data, idempotency_key=key)
    call.answer(to_json(view), text=lambda: console().print(visible(transmission_text(view))))


def identify(call: Call, file: InputFile) -> None:
    """Search by the fingers of a JSON message or an ANSI/NIST-ITL file; stores nothing."""
    data = file.read_bytes()
    with call.service() as service:
        if looks_like_json(data):
            message = _message(service, call, "identify", data=data)
            view = service.identify(call.context(), message)
        else:
            view = service.identify_nist(call.context(), data)
    call.answer(to_json(view), text=lambda: _show_candidates(view))


def lookup(call: Call, reference_number: str) -> None:
    """Look up a dataset of the own Member State by its reference number."""
    with call.service() as service:
        view = service.lookup(call.context(), reference_number=reference_number)
    call.answer(
        to_json(view),
        text=lambda: console().print(
            visible(f"{_dataset_text(view.dataset)}\nperson {view.person_id}")
        ),
    )


def lookup_identity(
    call: Call,
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(show_default=False, help="JSON message; - reads standard input."),
    ],
) -> None:
    """Look for a person by name, date of birth, nationality, sex and document number.

    They come in a JSON message and not as options, which other users of a computer can read.
    """
    data = file.read()
    with call.service() as service:
        message = _message(service, call, "lookup_identity", data=data)
        view = service.lookup_identity(call.context(), message)
    call.answer(to_json(view), text=lambda: console().print(_people_text(view)))


def _message(service: Service, call: Call, operation: str, *, data: bytes) -> object:
    """Read a message inside the call, so that its refusal stands in the log."""
    with service.admitted(call.context(), operation):
        return read_message(data)


def lookup_visa(call: Call, application_number: str) -> None:
    """Look up a visa application of the own Member State by its number, as a visa authority."""
    with call.service() as service:
        view = service.lookup_visa(call.context(), application_number=application_number)
    text = f"{view.application_number} {view.state}: {_names(view.identity.names)}"
    call.answer(to_json(view), text=lambda: console().print(f"{text}\nrecord {view.record_id}"))


def person(call: Call, record_id: str) -> None:
    """Show a person: findings, timeline, datasets and links, as this role may see them."""
    with call.service() as service:
        view = service.person(call.context(), record_id)
    call.answer(to_json(view), text=lambda: _show_person(view))


def transmission_text(view: TransmissionView) -> str:
    """Say in one or more lines what became of a transmission."""
    if not view.stored:
        state = "answered, not stored"
    else:
        state = "stored before (replayed)" if view.replayed else "stored"
    lines = [f"{view.reference_number}: {state}, {view.searched} references searched"]
    if not view.comparable:
        lines.append("  not comparable: no finger was usable; that is not a negative result")
    lines += _about_fingers(view.fingers)
    for hit in view.hits:
        score = f", score {hit.link.score:.1f} ({hit.link.label})" if hit.link else ""
        lines.append(f"  hit: {hit.dataset.member_state} {hit.dataset.category}{score}")
        if hit.expected_false is not None:
            lines.append(f"    {_expected(hit.expected_false)}")
    return "\n".join(lines)


def _show_candidates(view: IdentificationView) -> None:
    for line in _about_fingers(view.fingers):
        console().print(line)
    if not view.candidates:
        console().print(f"no candidate; {view.searched} references searched")
        if view.too_few_fingers:
            console().print("  too few usable fingers for so many references: take more fingers")
        return
    table = Table("Rank", "Name", "Born", "Category", "Score", "Read as", "Person")
    for each in view.candidates:
        table.add_row(
            str(each.rank),
            visible(_names(each.identity.names)),
            each.identity.date_of_birth or "",
            each.category or "",
            "" if each.score is None else f"{each.score:.1f}",
            (each.arrangement or "").replace("_", " "),
            each.person_id or "",
        )
    console().print(table)
    if view.expected_false is not None:
        console().print(_expected(view.expected_false))


def _people_text(view: IdentityLookupView) -> str:
    searched = "" if view.searched is None else f"; {view.searched} names searched"
    if not view.candidates:
        return f"nobody is recorded like this{searched}"
    lines = [
        f"strong from {view.strong:.1f} bits, review from {view.review:.1f}{searched} "
        f"({view.weights}, {view.bands})"
    ]
    for each in view.candidates:
        born = each.identity.date_of_birth or ""
        lines.append(
            f"{each.rank}. {each.band} {each.bits:+.1f}: {_names(each.identity.names)} {born}"
        )
        if each.person_id:
            lines.append(f"   {each.reference_number} {each.category}, person {each.person_id}")
        lines += [f"   {term.text}" for term in each.terms]
        if each.why_not:
            lines.append(f"   {each.why_not}")
    return "\n".join(lines)


def _about_fingers(fingers: tuple[FingerView, ...]) -> list[str]:
    said = [f"  finger {finger.position}: {finger.reason}" for finger in fingers if finger.reason]
    return said + [
        f"  fingers {finger.same_as} and {finger.position} look like one finger taken twice"
        for finger in fingers
        if finger.same_as
    ]


def _expected(mean: float) -> str:
    return f"at most {rarity(mean)} for a person who is not recorded shows a stranger like this"


def _show_person(view: PersonView) -> None:
    out = console()
    for line in tell_case(view):
        out.print(visible(line))
    for link in view.links:
        out.print(f"link {link.link_id}: {link.label}")


def _dataset_text(view: DatasetView) -> str:
    seen = f"as of {view.as_of:%Y-%m-%d}" if view.as_of else "own, now"
    names = _names(view.names)
    return f"{view.reference_number} {view.category}: {names}, {view.date_of_birth or ''} ({seen})"


def _names(names: tuple[NameView, ...]) -> str:
    return " / ".join(", ".join(p for p in (n.surnames, n.forenames) if p) for n in names)

"""One person, and the decisions on links."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ServiceDep
from api.pages.render import page
from api.pages.session import FormDep, SessionDep, officer_calling
from api.pages.words import STATES
from api.schemas import LinkDecision, read_as
from eurodac.law import profiles
from eurodac.record import CallContext
from eurodac.views import DatasetView, IndicatorView, LinkView, PersonView

__all__ = ["router"]

router = APIRouter()
_OpaqueId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("/people/{record_id}")
def show(
    call: Annotated[CallContext, officer_calling("view_person")],
    record_id: _OpaqueId,
    *,
    request: Request,
    session: SessionDep,
    service: ServiceDep,
) -> Response:
    """Show one person as this session may see them."""
    view = service.person(call, record_id)
    return page(
        request,
        "person.html",
        session=session,
        view=view,
        record_id=record_id,
        differing=_differing(view),
        sides={link.link_id: _sides(view, link) for link in view.links},
        sees_findings=any(profiles.sees(view.role, rule) for rule in profiles.INDICATORS),
        next_limit=_next_limit(view),
    )


@router.post("/links/{link_id}/decisions")
def decide(
    call: Annotated[CallContext, officer_calling("decide_link")],
    form: FormDep,
    *,
    link_id: _OpaqueId,
    service: ServiceDep,
) -> Response:
    """Record an expert's decision and lead back to the person."""
    reason = " ".join(form.text("reason").split())  # a text area sends line breaks
    chosen = read_as(LinkDecision, {"decision": form.text("decision"), "reason": reason})
    link = service.decide_link(call, link_id, decision=chosen.decision, reason=chosen.reason)
    back = form.text("record_id")
    target = back if back.isalnum() and len(back) == 32 else link.records[0]
    return RedirectResponse(f"/officer/people/{target}", HTTPStatus.SEE_OTHER)


def _differing(view: PersonView) -> set[str]:
    """Name the fields in which the datasets do not say the same."""
    values: dict[str, set[tuple[str, ...]]] = {}
    for item in view.conflicting:
        values.setdefault(item.field, set()).add(tuple(sorted(item.value)))
    return {field for field, found in values.items() if len(found) > 1}


def _next_limit(view: PersonView) -> IndicatorView | None:
    """Find the time limit that ends first among those that still run."""
    running = [i for i in view.indicators if i.deadline and not i.deadline_passed and not i.ceased]
    return min(running, key=lambda i: i.deadline or date.max, default=None)


def _sides(view: PersonView, link: LinkView) -> tuple[str, str]:
    """Say in words what a link joins."""
    datasets = {dataset.record_id: dataset for dataset in view.datasets}
    others = {record.record_id: record for record in view.connected}
    return tuple(  # type: ignore[return-value]
        _dataset_name(datasets[record])
        if record in datasets
        else f"{others[record].system} record of {STATES[others[record].member_state]}"
        if record in others
        else "a record that is not shown"
        for record in link.records
    )


def _dataset_name(dataset: DatasetView) -> str:
    return f"dataset {dataset.reference_number}"

"""One person, and the decisions on links."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ServiceDep
from api.pages.render import page
from api.pages.session import FormDep, OfficerDep, SessionDep
from api.schemas import LinkDecision, read_as
from eurodac.views import DatasetView, LinkView, PersonView

__all__ = ["router"]

router = APIRouter()
_OpaqueId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("/people/{record_id}")
def show(
    request: Request,
    record_id: _OpaqueId,
    *,
    session: SessionDep,
    call: OfficerDep,
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
        differing={value.field for value in view.conflicting},
        sides={link.link_id: _sides(view, link) for link in view.links},
        sees_ees_or_vis=bool(view.connected),
    )


@router.post("/links/{link_id}/decisions")
def decide(link_id: _OpaqueId, form: FormDep, *, call: OfficerDep, service: ServiceDep) -> Response:
    """Record an expert's decision and lead back to the person."""
    chosen = read_as(
        LinkDecision, {"decision": form.text("decision"), "reason": form.text("reason")}
    )
    link = service.decide_link(call, link_id, decision=chosen.decision, reason=chosen.reason)
    back = form.text("record_id")
    target = back if back.isalnum() and len(back) == 32 else link.records[0]
    return RedirectResponse(f"/officer/people/{target}", HTTPStatus.SEE_OTHER)


def _sides(view: PersonView, link: LinkView) -> tuple[str, str]:
    """Say in words what a link joins."""
    datasets = {dataset.record_id: dataset for dataset in view.datasets}
    others = {record.record_id: record for record in view.connected}
    return tuple(  # type: ignore[return-value]
        _dataset_name(datasets[record])
        if record in datasets
        else f"{others[record].system} record of {others[record].member_state}"
        if record in others
        else "a record that is not shown"
        for record in link.records
    )


def _dataset_name(dataset: DatasetView) -> str:
    return f"dataset {dataset.reference_number}"

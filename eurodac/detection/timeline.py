"""One timeline over the three systems, for one role at one instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from eurodac.detection.facts import others, visible
from eurodac.detection.stay import stays
from eurodac.detection.values import Case, Linked, Push, TimelineEvent
from eurodac.detection.words import day, state, told
from eurodac.record import (
    Dataset,
    EesFile,
    LinkState,
    System,
    VisApplication,
    VisaState,
)
from eurodac.sequence import happened_on

__all__ = ["timeline"]


def timeline(case: Case) -> tuple[TimelineEvent, ...]:
    """Tell the story that this role may know, in order.

    Args:
        case: What one viewing State has at one instant.

    Returns:
        Events by day, then system, kind and record; those of other States as of the newest hit.

    Law: 32019R0818#art9.4
    """
    seen = visible(case)
    events: list[TimelineEvent] = []
    for own in seen.own:
        events += _dataset_events(own, None, None)
    for hit in others(seen):
        events += _dataset_events(hit.dataset, hit.link_state, hit.received_at)
    for push in seen.pushes:
        events.append(_push_event(seen, push))
    for file in seen.ees_files:
        events += _ees_events(file, seen.at)
    for visa in seen.vis_applications:
        events += _vis_events(visa)
    events = [event for event in events if event.on <= seen.at.date()]
    return tuple(sorted(events, key=lambda e: (e.on, e.system, e.kind, e.record_id, e.text)))


def _dataset_events(
    dataset: Dataset, link_state: LinkState | None, as_of: datetime | None
) -> Iterator[TimelineEvent]:
    kind, text = told(dataset)
    dated = [(happened_on(dataset), kind, text), *_arrivals_and_departures(dataset)]
    for on, event_kind, event_text in (*dated, *_recorded(dataset)):
        yield TimelineEvent(
            on=on,
            system=System.EURODAC,
            member_state=dataset.member_state,
            kind=event_kind,
            text=f"{event_text}.",
            record_id=dataset.id,
            link_state=link_state,
            as_of=as_of,
        )


def _arrivals_and_departures(dataset: Dataset) -> Iterator[tuple[date, str, str]]:
    """Later data that carry their own date."""
    later, who = dataset.later, state(dataset.member_state)
    dated = (
        (
            later.take_charge_arrival_on,
            "transfer_arrival",
            "the arrival after a take-charge transfer",
        ),
        (later.take_back_arrival_on, "transfer_arrival", "the arrival after a take-back transfer"),
        (later.relocation_arrival_on, "relocation_arrival", "the arrival after a relocation"),
        (later.left_territory_on, "departure", "that the person left the territory"),
        (later.return_departure_on, "return", "a departure or removal under a return decision"),
        (dataset.protection_granted_on, "protection", "that protection was granted"),
    )
    told_already = happened_on(dataset), told(dataset)[0]
    for on, kind, what in dated:
        if on and (on, kind) != told_already:
            yield on, kind, f"{who} recorded {what}"


def _recorded(dataset: Dataset) -> Iterator[tuple[date, str, str]]:
    """Later data without a date of their own: the day of recording stands for it."""
    later, who = dataset.later, state(dataset.member_state)
    responsible, relocation = later.responsible_member_state, later.relocation_member_state
    decision, visa = later.border_procedure_decision, later.visa
    facts = (
        (
            "responsible_member_state",
            "responsibility",
            responsible and f"{state(responsible)} as responsible",
        ),
        (
            "relocation_member_state",
            "relocation",
            relocation and f"{state(relocation)} as Member State of relocation",
        ),
        ("visa", "visa_noted", visa and f"a visa of {state(visa.member_state)}"),
        (
            "application_rejected",
            "rejection",
            later.application_rejected and "a rejection of the application",
        ),
        (
            "border_procedure_decision",
            "rejection",
            decision and f"a final decision in the border procedure ({decision})",
        ),
        ("avrr_granted", "voluntary_return", later.avrr_granted and "assisted voluntary return"),
    )
    recorded_at = dict(dataset.later_recorded_at)
    for field, kind, what in facts:
        if what:
            yield recorded_at.get(field, dataset.recorded_at).date(), kind, f"{who} recorded {what}"


def _push_event(case: Case, push: Push) -> TimelineEvent:
    about = {hit.dataset.id: hit for hit in others(case)}.get(push.about)
    who = about.dataset.member_state if about else case.viewing_state
    what = push.field.replace("_", " ")
    value = state(push.value) if push.field.endswith("member_state") else push.value
    return TimelineEvent(
        on=push.received_at.date(),
        system=System.EURODAC,
        member_state=who,
        kind="notification",
        text=f"Eurodac notified {state(case.viewing_state)}: {what} is now {value}.",
        record_id=push.about,
        link_state=about.link_state if about else None,
        as_of=push.received_at,
    )


def _ees_events(linked: Linked[EesFile], at: datetime) -> Iterator[TimelineEvent]:
    file = linked.record
    events = [
        (
            each.at.date(),
            each.member_state,
            each.kind,
            f"{'Entry in' if each.kind == 'entry' else 'Exit from'} {state(each.member_state)}",
        )
        for each in file.crossings
    ]
    for stay in stays(file.crossings):
        end, who = stay.authorised_until, stay.member_state
        events.append(
            (end, who, "authorised_stay_end", f"End of the stay authorised in {state(who)}")
        )
        present_until = stay.left_on or (at.date() if stay.open else end)
        if stay.days_over(present_until):
            text = f"Stay beyond the authorised end of {day(end)}, entered in {state(who)}"
            events.append((end + timedelta(days=1), who, "overstay", text))
    for on, who, kind, text in events:
        yield TimelineEvent(
            on=on,
            system=System.EES,
            member_state=who,
            kind=kind,
            text=f"{text}.",
            record_id=file.id,
            link_state=linked.link_state,
        )


_DECIDED = {
    VisaState.ISSUED: "visa_issued",
    VisaState.REFUSED: "visa_refused",
    VisaState.ANNULLED: "visa_annulled",
    VisaState.REVOKED: "visa_revoked",
}


def _vis_events(linked: Linked[VisApplication]) -> Iterator[TimelineEvent]:
    record = linked.record
    who = state(record.member_state)
    if record.represented_member_state:
        who += f", on behalf of {state(record.represented_member_state)},"
    events = [(record.lodged_on, "visa_application", f"{who} received a visa application")]
    if record.decided_on:
        verb = record.state.value
        events.append((record.decided_on, _DECIDED[record.state], f"{who} {verb} a visa"))
    if record.state is VisaState.ISSUED and record.valid_until:
        events.append((record.valid_until, "visa_expired", f"End of the visa of {who.rstrip(',')}"))
    for on, kind, text in events:
        yield TimelineEvent(
            on=on,
            system=System.VIS,
            member_state=record.member_state,
            kind=kind,
            text=f"{text}.",
            record_id=record.id,
            link_state=linked.link_state,
            as_of=linked.found_at,
        )

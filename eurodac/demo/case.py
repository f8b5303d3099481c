"""One person's case in plain language."""

from __future__ import annotations

from collections.abc import Iterator

from eurodac.views import DatasetView, IndicatorView, LinkView, PersonView

__all__ = ["tell_case"]

_KINDS = {
    "applicant": "application for international protection",
    "irregular_crossing": "apprehension for an irregular border crossing",
    "illegal_stay": "found staying illegally",
    "search_and_rescue": "disembarkation after search and rescue",
}
_STRENGTHS = {
    "proof": "proof",
    "circumstantial": "circumstantial evidence",
    "indicator": "an indication only",
}
_TERMS_TOLD = 3


def tell_case(view: PersonView) -> Iterator[str]:
    """Tell what a State sees of a person.

    Args:
        view: As the role and State may see it.

    Yields:
        Lines of plain text.
    """
    yield (
        f"As {view.role} of {view.viewing_state}, purpose {view.purpose}, on {view.as_of:%d %B %Y}:"
    )
    yield ""
    if view.visa_files:
        yield from _visa_files(view)
        return
    yield f"ONE PERSON, {len(view.datasets)} EURODAC DATASETS"
    for dataset in view.datasets:
        yield f"  {_dataset(dataset)}"
    yield ""
    yield "LINKED RECORDS OF OTHER SYSTEMS"
    for record in view.connected:
        facts = ", ".join(f"{k}: {_plain(v)}" for k, v in record.summary.items() if v)
        yield f"  {record.system} {record.member_state} ({record.label}): {facts}"
    yield ""
    yield "WHY ONE PERSON (scores are natural-log likelihood ratios)"
    for link in view.links:
        yield f"  {_link(link, view)}"
    if view.conflicting:
        yield ""
        yield "VALUES THAT DIFFER (each stays with its dataset)"
        for value in view.conflicting:
            yield f"  {value.field}: {', '.join(value.value)} ({value.member_state})"
    yield ""
    yield from _timeline(view)
    yield ""
    yield "FOUND (hints with evidence; a person decides)"
    for indicator in view.indicators:
        yield from _indicator(indicator)


def _visa_files(view: PersonView) -> Iterator[str]:
    yield "VISA FILES OF THE OWN STATE"
    for file in view.visa_files:
        until = f", valid {file.valid_from} to {file.valid_until}" if file.valid_from else ""
        behalf = f" for {file.represented_member_state}" if file.represented_member_state else ""
        yield f"  {file.application_number}{behalf}, lodged {file.lodged_on}: {file.state}{until}"
        names = (", ".join(p for p in (n.surnames, n.forenames) if p) for n in file.identity.names)
        yield f"  {' / '.join(names)}, {file.identity.date_of_birth or ''}"
    yield ""
    yield from _timeline(view)


def _timeline(view: PersonView) -> Iterator[str]:
    yield "TIMELINE"
    for event in view.timeline:
        tie = f" [{event.link_state}]" if event.link_state else ""
        yield f"  {event.on:%Y-%m-%d}  {event.system:8} {event.text}{tie}"


def _plain(value: object) -> str:
    return "; ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _dataset(dataset: DatasetView) -> str:
    kind = _KINDS.get(dataset.category, dataset.category)
    seen = "own" if dataset.as_of is None else f"received {dataset.as_of:%Y-%m-%d}"
    return (
        f"{dataset.event_on}  {dataset.member_state}  {dataset.reference_number}: {kind} ({seen})"
    )


def _link(link: LinkView, view: PersonView) -> str:
    names = {d.record_id: d.reference_number for d in view.datasets}
    names |= {c.record_id: f"{c.system} record of {c.member_state}" for c in view.connected}
    ends = " = ".join(names[end] for end in link.records)
    best = sorted(link.terms, key=lambda term: -term.llr)[:_TERMS_TOLD]
    terms = ", ".join(f"{t.label.replace('_', ' ')} {t.llr:+.1f}" for t in best)
    left = len(link.terms) - len(best)
    more = f" and {left} more finger{'s' * (left > 1)}" if left else ""
    return (
        f"{ends}: score {link.score:.1f}, needed {link.threshold:.1f} ({terms}{more}), {link.label}"
    )


def _indicator(indicator: IndicatorView) -> Iterator[str]:
    yield f"  {indicator.rule} ({_STRENGTHS[indicator.strength]}): {indicator.says}"
    for item in indicator.evidence:
        yield f"      evidence: {item.shows}"
    yield f"      law: {indicator.article} - {indicator.legal_basis}"
    if indicator.ceased:
        yield "      the period of this rule is over: shown, not counted"
    if indicator.deadline:
        state = "passed" if indicator.deadline_passed else "runs until"
        yield f"      deadline {state} {indicator.deadline} ({indicator.deadline_article})"
    for counter in indicator.counter_indications:
        yield f"      against it: {counter}"

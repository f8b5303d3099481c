"""UM14: stay beyond the authorised stay, then an application or a finding of illegal stay."""

from __future__ import annotations

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import findings
from eurodac.detection.stay import Stay, stays
from eurodac.detection.values import (
    Case,
    CounterIndication,
    Evidence,
    Indicator,
    IndicatorKind,
    Linked,
)
from eurodac.detection.words import day, state, told
from eurodac.law.detection import DetectionRule
from eurodac.record import Dataset, EesFile, System
from eurodac.sequence import happened_on

__all__ = ["apply"]

_EES = "32017R2226"
_COUNTER = (
    CounterIndication(
        "overstay_excused",
        "The person may show force majeure, an acquired right of stay or an error, and has the "
        "record then corrected.",
        f"{_EES}#art35.5",
    ),
    CounterIndication(
        "presumption_rebuttable",
        "What EES does not show only founds a presumption, which the person may rebut by any "
        "credible evidence.",
        f"{_EES}#art20",
    ),
    CounterIndication(
        "stamp_prevails",
        "A stamp in the travel document prevails over EES during the transition.",
        f"{_EES}#art22",
    ),
    CounterIndication(
        "exit_may_be_missing",
        "The missing exit may be an error of registration.",
        f"{_EES}#art12",
    ),
    CounterIndication(
        "other_right_of_stay",
        "Residence permits, long-stay visas and the rights of family members do not stand in EES.",
        f"{_EES}#art2",
    ),
)
_COMPUTED = CounterIndication(
    "authorised_stay_computed",
    "EES holds no end of the authorised stay; it was computed as 90 days in any 180 days.",
    "32016R0399#art6.1",
)


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Find stays that had run out, without exit, when the viewing State met the person.

    One indicator per stay, with the first finding after its authorised end; the days over are
    counted at that finding. The State of entry may be the viewing State. No deadline.

    Law: 32017R2226#art12, art20
    """
    return tuple(
        _indicator(case, rule, linked=linked, stay=stay, finding=finding)
        for linked in case.ees_files
        for stay in stays(linked.record.crossings)
        if (finding := _first_over(case, stay))
    )


def _first_over(case: Case, stay: Stay) -> Dataset | None:
    """First own finding during the stay and after its authorised end."""
    for each in findings(case):
        on = happened_on(each)
        during = stay.open or (stay.left_on is not None and on <= stay.left_on)
        if during and on >= stay.entered_on and stay.days_over(on) > 0:
            return each
    return None


def _indicator(
    case: Case, rule: DetectionRule, *, linked: Linked[EesFile], stay: Stay, finding: Dataset
) -> Indicator:
    met_on = happened_on(finding)
    over = stay.days_over(met_on)
    kind, text = told(finding)
    days = f"{over} day" if over == 1 else f"{over} days"
    shows = (
        f"Entry in {state(stay.member_state)} on {day(stay.entered_on)}, authorised stay until "
        f"{day(stay.authorised_until)}, no exit by {day(met_on)}"
    )
    draft = Draft(
        points_to=stay.member_state,
        sentence=f"{text} on {day(met_on)}, {days} after the end of the authorised stay that began "
        f"in {state(stay.member_state)}.",
        evidence=(
            Evidence(
                record_id=linked.record.id,
                system=System.EES,
                member_state=stay.member_state,
                role="entry",
                shows=f"{shows}.",
                on=stay.entered_on,
                link_state=linked.link_state,
            ),
            dataset_evidence(case, finding, finding=finding, role=kind),
        ),
        since=stay.entered_on,
        special=(*_COUNTER, _COMPUTED) if stay.computed else _COUNTER,
        kind=IndicatorKind.OVERSTAY,
    )
    return indicator(case, rule, draft)

"""Plain words for States, days and events; without personal data."""

from __future__ import annotations

from datetime import date

from eurodac.law.states import state_rule
from eurodac.record import Category, Dataset, Subtype

__all__ = ["day", "state", "told"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_EVENTS: dict[tuple[Category, Subtype], tuple[str, str]] = {
    (Category.APPLICANT, Subtype.NONE): ("application", "registered an application"),
    (Category.APPLICANT, Subtype.TRANSFER_ARRIVAL): (
        "transfer_arrival",
        "recorded the arrival after a take-charge transfer",
    ),
    (Category.APPLICANT, Subtype.RELOCATION_ARRIVAL): (
        "relocation_arrival",
        "recorded the arrival of a relocated applicant",
    ),
    (Category.ADMISSION, Subtype.GRANTED): ("admission", "granted admission"),
    (Category.ADMISSION, Subtype.REFUSED): ("admission_refused", "refused admission"),
    (Category.ADMISSION, Subtype.DISCONTINUED): (
        "admission_discontinued",
        "discontinued an admission procedure",
    ),
    (Category.NATIONAL_RESETTLEMENT, Subtype.NONE): (
        "resettlement",
        "admitted the person under a national resettlement scheme",
    ),
    (Category.IRREGULAR_CROSSING, Subtype.NONE): ("crossing", "recorded an irregular crossing"),
    (Category.ILLEGAL_STAY, Subtype.NONE): ("illegal_stay", "found an illegal stay"),
    (Category.ILLEGAL_STAY, Subtype.RELOCATION_ARRIVAL): (
        "relocation_arrival",
        "recorded the arrival of a relocated person",
    ),
    (Category.SEARCH_AND_RESCUE, Subtype.NONE): (
        "disembarkation",
        "recorded a disembarkation after search and rescue",
    ),
    (Category.TEMPORARY_PROTECTION, Subtype.NONE): (
        "temporary_protection",
        "registered temporary protection",
    ),
}


def state(code: str) -> str:
    """Give the English short name of a State; an unknown code stays as it is.

    Examples:
        >>> state("EL")
        'Greece'
    """
    rule = state_rule(code)
    return rule.name if rule else code


def day(on: date) -> str:
    """Spell a day out, independent of the locale.

    Examples:
        >>> day(date(2026, 3, 1))
        '1 March 2026'
    """
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def told(dataset: Dataset) -> tuple[str, str]:
    """Give kind and sentence of the event of a dataset.

    Returns:
        For example ``("crossing", "Italy recorded an irregular crossing in Lampedusa")``.
    """
    kind, what = _EVENTS[dataset.category, dataset.subtype]
    place = f" in {dataset.event.place}" if dataset.event and dataset.event.place else ""
    return kind, f"{state(dataset.member_state)} {what}{place}"

"""Plain words for what the register stores as codes; the pages speak no jargon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from markupsafe import Markup, escape

from eurodac.law import purposes, states
from eurodac.present import rarity
from eurodac.record import Role
from eurodac.visible import runs_right_to_left, visible

__all__ = ["FILTERS", "POSITIONS", "PURPOSES", "ROLES", "STATES"]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.ASYLUM_UNIT: "Asylum unit",
        Role.IMMIGRATION_UNIT: "Immigration unit",
        Role.FINGERPRINT_EXPERT: "Fingerprint expert",
        Role.SCREENING_OFFICER: "Screening officer",
        Role.VISA_AUTHORITY: "Visa authority",
        Role.AUDITOR: "Auditor",
        Role.OPERATOR: "Operator",
        Role.LAW_ENFORCEMENT: "Law enforcement authority",
    }
)
PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        **{rule.code: f"({rule.code}) {rule.says}" for rule in purposes.RULES.values()},
        "x-audit": "(x-audit) Check the log.",
        "x-operate": "(x-operate) Keep the system running; no data of a person.",
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    dict(
        sorted(((rule.code, rule.name) for rule in states.RULES.values()), key=lambda item: item[1])
    )
)
POSITIONS: Mapping[int, str] = MappingProxyType(
    {
        1: "Right thumb",
        2: "Right index finger",
        3: "Right middle finger",
        4: "Right ring finger",
        5: "Right little finger",
        6: "Left thumb",
        7: "Left index finger",
        8: "Left middle finger",
        9: "Left ring finger",
        10: "Left little finger",
    }
)
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # categories
        "applicant": "Application for international protection",
        "admission": "Admission procedure",
        "national_resettlement": "National resettlement",
        "irregular_crossing": "Irregular border crossing",
        "illegal_stay": "Illegal stay",
        "search_and_rescue": "Disembarked after search and rescue",
        "temporary_protection": "Temporary protection",
        "admission_query": "Query before admission",
        # kinds of dataset
        "granted": "granted",
        "refused": "refused",
        "discontinued": "discontinued",
        "transfer_arrival": "arrival after transfer",
        "relocation_arrival": "arrival after relocation",
        # systems
        "EURODAC": "Eurodac",
        "ECRIS_TCN": "ECRIS-TCN",
        # rules
        "UM1": "Irregular entry in one State, application in another",
        "UM4": "Another State is recorded as responsible",
        "UM5": "Application in another State, responsibility not recorded",
        "UM11": "Visa of another State, application here",
        "UM14": "Stayed longer than allowed",
        "PR1": "An application was rejected before",
        # strengths
        "proof": "Proof",
        "circumstantial": "Circumstantial evidence",
        "indicator": "Indication only",
        # links
        "provisional": "not yet checked",
        "confirmed": "confirmed by an expert",
        "rejected": "rejected by an expert",
        "unverified": "unverified",
        "transfer_asserted": "a transfer message names it, and only the named pair was compared",
        "near_threshold": "the score is close to the threshold",
        # how the fingers were read
        "hands_swapped": "the prints fit only with left and right hand swapped",
        "order_mirrored": "the prints fit only with the fingers of each hand in reverse order",
        "swapped_and_mirrored": "the prints fit only with the hands swapped and their fingers in "
        "reverse order",
        # people
        "M": "male",
        "F": "female",
        "X": "unspecified",
        "current": "current name",
        "at_birth": "name at birth",
        "previous": "earlier name",
        "alias": "alias",
        # why something is missing
        "poor_quality_retake": "poor quality, to be taken again",
        "health_obstacle": "not possible for health reasons",
        "technical_obstacle": "not possible for technical reasons",
        "impossible_vulnerable": "not possible, vulnerable person",
        "unknown": "not known",
        # fields
        "names": "Names",
        "date_of_birth": "Date of birth",
        "place_of_birth": "Place of birth",
        "sex": "Sex",
        "nationalities": "Nationality",
        "documents": "Documents",
        "fingerprints": "Fingerprints",
        "facial_image": "Facial image",
        "responsible_member_state": "Responsible Member State",
        "relocation_member_state": "Member State of relocation",
        "take_charge_arrival_on": "Arrival after take charge",
        "take_back_arrival_on": "Arrival after take back",
        "left_territory_on": "Left the territory",
        "return_departure_on": "Left or was removed under a return decision",
        "relocation_arrival_on": "Arrival after relocation",
        "visa": "Visa",
        "security_flag": "Security flag",
        "application_rejected": "Application rejected",
        "border_procedure_decision": "Decision of the border procedure",
        "avrr_granted": "Assisted voluntary return",
        "application_number": "Application number",
        "valid_from": "Valid from",
        "valid_until": "Valid until",
        "represented_member_state": "On behalf of",
        "crossings": "Entries and exits",
        "state": "State of the application",
    }
)


def _words(code: str) -> str:
    return _WORDS.get(code) or code.replace("_", " ")


def _sentence(code: str) -> str:
    text = _words(code)
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _day(value: date | datetime | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else ""


def _moment(value: datetime | None) -> str:
    return f"{value.day} {value:%B %Y, %H:%M} UTC" if value else ""


def _state(code: str) -> str:
    return STATES.get(code, code)


def _article(celex: str) -> str:
    """Write ``32024R1358#art17.1.g`` as people cite it.

    Examples:
        >>> _article("32024R1358#art17.1.g")
        'Regulation (EU) 2024/1358, Article 17(1)(g)'
    """
    act, _, place = celex.partition("#")
    year, number = act[1:5], act[6:].lstrip("0")
    kind = {"R": "Regulation", "L": "Directive", "D": "Decision"}.get(act[5:6], "Act")
    if int(year) < 2015:
        year, number = number, year
        label = (
            f"{kind} (EC) No {year}/{number}" if kind == "Regulation" else f"{kind} {number}/{year}"
        )
    else:
        label = f"{kind} (EU) {year}/{number}"
    if place.startswith("art"):
        head, *rest = place[3:].split(".")
        return f"{label}, Article {head}" + "".join(f"({part})" for part in rest)
    return f"{label}, {place}" if place else label


def _value(value: object) -> str:
    """Show a later datum or a datum of another system in words."""
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, dict):
        return "; ".join(f"{_words(k)}: {_value(v)}" for k, v in value.items() if v is not None)
    if isinstance(value, list | tuple):
        return "; ".join(_value(item) for item in value)
    text = str(value)
    return _day(date.fromisoformat(text)) if _ISO_DAY.fullmatch(text) else _words(text)


def _isolated(value: object) -> Markup:
    r"""Keep what is written from right to left from turning round the words beside it.

    Examples:
        >>> _isolated("in \u05d0, <b>")
        Markup('in <bdi>א</bdi>, &lt;b&gt;')
    """
    pieces = (
        Markup("<bdi>{}</bdi>").format(run) if backwards else escape(run)
        for run, backwards in runs_right_to_left(visible(str(value)))
    )
    return Markup().join(pieces)


FILTERS = MappingProxyType(
    {
        "isolated": _isolated,
        "words": _words,
        "sentence": _sentence,
        "lower_first": _lower_first,
        "day": _day,
        "moment": _moment,
        "state": _state,
        "article": _article,
        "value": _value,
        "rarity": rarity,
    }
)

"""Closed lists: each value is accepted, every other is refused with the article."""

from collections.abc import Callable
from typing import Any

import pytest

from eurodac.errors import FieldRefusedError
from eurodac.law import closed_lists
from eurodac.law.closed_lists import ListRule
from eurodac.record import MissingReason
from tests.law.messages import add, minimal, read, remove


def with_sex(rule: ListRule, value: str) -> dict[str, Any]:
    return {**minimal("applicant"), "sex": value}


def with_name_kind(rule: ListRule, value: str) -> dict[str, Any]:
    message = minimal("applicant")
    message["names"].append({"kind": value, "surnames": "OTHER", "forenames": ""})
    if value == "current":
        del message["names"][0]
    return message


def with_authenticity(rule: ListRule, value: str) -> dict[str, Any]:
    message = add(minimal("applicant"), "document_scan")
    message["document_scan"]["authenticity"] = value
    return message


def with_border_decision(rule: ListRule, value: str) -> dict[str, Any]:
    return {**minimal("applicant"), "later": {"border_procedure_decision": value}}


def with_circumstance(rule: ListRule, value: str) -> dict[str, Any]:
    flag = {"circumstances": [value], "source": "screening"}
    return {**minimal("applicant"), "later": {"security_flag": flag}}


def with_source(rule: ListRule, value: str) -> dict[str, Any]:
    flag = {"circumstances": ["armed"], "source": value}
    return {**minimal(rule.scope), "later": {"security_flag": flag}}


def with_missing(rule: ListRule, value: str) -> dict[str, Any]:
    return {**remove(minimal("applicant"), rule.scope), "missing": {rule.scope: value}}


def with_country(rule: ListRule, value: str) -> dict[str, Any]:
    return {**minimal("applicant"), "nationalities": [value]}


BUILD: dict[str, Callable[[ListRule, str], dict[str, Any]]] = {
    "sex": with_sex,
    "name_kind": with_name_kind,
    "document_authenticity": with_authenticity,
    "border_procedure_decision": with_border_decision,
    "security_flag_circumstance": with_circumstance,
    "security_flag_source": with_source,
    "missing_reason": with_missing,
    "country": with_country,
}
OTHERS = {
    "security_flag_source": {"screening", "responsibility", "application", "capture", "rumour"},
    "missing_reason": set(MissingReason) | {"no_time"},
    "country": {"ZZZ", "XXD", "KOS", "syr", "SYR\n", ""},
}


def cases(*, listed: bool) -> list[object]:
    found: list[object] = []
    for row in closed_lists.RULES.values():
        values = row.values if listed else OTHERS.get(row.list, {"another", ""}) - set(row.values)
        found += [
            pytest.param(row, str(v), marks=pytest.mark.law(row.id), id=f"{row.id}-{v}")
            for v in sorted(values)
        ]
    return found


@pytest.mark.parametrize(("row", "value"), cases(listed=True))
def test_a_value_of_the_list_is_accepted(row: ListRule, value: str) -> None:
    assert read(BUILD[row.list](row, value)).dataset is not None


@pytest.mark.parametrize(("row", "value"), cases(listed=False))
def test_a_value_outside_the_list_is_refused(row: ListRule, value: str) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        read(BUILD[row.list](row, value))
    assert refused.value.article
    assert value == "" or value not in str(refused.value).split(":")[0]


@pytest.mark.parametrize("category", ["applicant", "temporary_protection"])
def test_another_document_needs_an_authenticity_indication_except_in_temporary_protection(
    category: str,
) -> None:
    """Given a fallback document without indication, then only Article 26(2)(j) accepts it."""
    message = add(minimal(category), "document_scan")
    message["document_scan"] |= {"fallback": True, "authenticity": None}
    if category == "temporary_protection":
        assert read(message).raw.scan is not None
    else:
        with pytest.raises(FieldRefusedError):
            read(message)


def test_a_security_flag_needs_a_circumstance() -> None:
    message = minimal("applicant")
    message["later"] = {"security_flag": {"circumstances": [], "source": "screening"}}
    with pytest.raises(FieldRefusedError):
        read(message)

"""Retention: the last day of each kind of dataset, against independent arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.errors import FieldRefusedError
from eurodac.law import retention
from eurodac.law.retention import RetentionRule
from tests.law.messages import RECEIVED, minimal, read

ROWS = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in retention.RULES.values()
]


def anniversary(day: date, years: int) -> date:
    """Walk back from 1 March instead of counting months."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year + years)


@pytest.mark.parametrize("row", ROWS)
def test_a_transmitted_dataset_expires_as_its_row_says(row: RetentionRule) -> None:
    message = minimal(row.category, row.subtype)
    dataset = read(message).dataset
    if row.start == "never_recorded":
        assert dataset is None
        return
    assert dataset is not None
    if row.start == "transmitted":
        assert dataset.expires_on == anniversary(RECEIVED.date(), row.years)
    else:
        decision = retention.DECISIONS["tp_decision.example"]
        assert dataset.expires_on == anniversary(decision.in_force_on, row.years)


def test_the_sender_cannot_move_the_expiry() -> None:
    early, late = (minimal("applicant") for _ in range(2))
    early |= {"transmitted_at": "2026-06-12T00:00:00Z", "biometrics_taken_at": "2026-06-12T00:00Z"}
    early["event"] = {"place": "Lampedusa", "on": "2026-06-12"}
    one, other = (read(message).dataset for message in (early, late))
    assert one is not None
    assert other is not None
    assert one.transmitted_at < other.transmitted_at
    assert one.expires_on == other.expires_on == anniversary(RECEIVED.date(), 10)
    early |= {"transmitted_at": "2026-06-11T23:59:59Z", "biometrics_taken_at": "2026-06-11T00:00Z"}
    with pytest.raises(FieldRefusedError, match="transmitted_at") as refused:
        read(early)
    assert refused.value.code == "date_before_start"


@pytest.mark.parametrize("row", ROWS)
@given(sent=st.dates(date(2026, 6, 12), date(2060, 12, 31)))
def test_any_day_of_transmission_gives_the_anniversary(row: RetentionRule, sent: date) -> None:
    if row.start == "transmitted":
        last = retention.expires_on(row.category, row.subtype, transmitted_on=sent)
        assert last == anniversary(sent, row.years)
    else:
        with pytest.raises(ValueError, match=row.article):
            retention.expires_on(row.category, row.subtype, transmitted_on=sent)


def test_an_applicant_of_29_february_is_gone_after_28_february() -> None:
    """Given transmitted on 29.2.2028, when 28.2.2038 ends, then it is gone."""
    last = retention.expires_on("applicant", "none", transmitted_on=date(2028, 2, 29))
    assert last == date(2038, 2, 28)
    leap = retention.expires_on("applicant", "none", transmitted_on=date(2026, 6, 30))
    assert leap == date(2036, 6, 30)


@pytest.mark.law("retention.temporary_protection.none")
@given(start=st.dates(date(2029, 6, 12), date(2050, 1, 1)), longer=st.integers(-300, 1500))
def test_temporary_protection_lasts_at_least_a_year_and_as_long_as_decided(
    start: date, longer: int
) -> None:
    decision = retention.DECISIONS["tp_decision.example"]
    values = {name: getattr(decision, name) for name in ("id", "article", "says", "valid_from")}
    extended = retention.DecisionRule(
        **values,
        numbers=("2029/7",),
        recorded=True,
        in_force_on=start,
        ends_on=start + timedelta(days=longer),
    )
    last = retention.expires_on(
        "temporary_protection", "none", transmitted_on=date(2051, 1, 1), decision=extended
    )
    assert last >= extended.ends_on
    assert last in (extended.ends_on, anniversary(start, 1))


@pytest.mark.law("tp_decision.2022_382")
@pytest.mark.parametrize(
    "reference",
    ["(EU) 2022/382", "32022D0382", "Council Implementing Decision (EU) 2022/0382", "2024/1836"],
)
def test_people_protected_under_the_decision_of_2022_are_never_recorded(reference: str) -> None:
    message = {**minimal("temporary_protection"), "tp_decision_reference": reference}
    with pytest.raises(FieldRefusedError) as refused:
        read(message)
    rule = retention.tp_decision(reference)
    assert rule is not None
    assert (refused.value.field, refused.value.article) == ("tp_decision_reference", rule.article)


def test_a_decision_that_nobody_knows_is_refused() -> None:
    """Nobody could say when such a dataset expires."""
    with pytest.raises(FieldRefusedError) as refused:
        read({**minimal("temporary_protection"), "tp_decision_reference": "(EU) 2029/999"})
    assert refused.value.field == "tp_decision_reference"

"""Roles and purposes: every row allows exactly its triple, everything else is refused."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from eurodac.access import authorise
from eurodac.errors import AccessDeniedError
from eurodac.law import purposes, roles
from eurodac.law.purposes import PurposeRule
from eurodac.law.roles import OPERATION_CODES, OPERATIONS, RoleRule
from eurodac.record import Actor, CallContext, Role

NOW = datetime(2029, 9, 3, 9, 0, tzinfo=UTC)
ROWS = [pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in roles.RULES.values()]
PURPOSES = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in purposes.RULES.values()
]
CODES = [row.code for row in purposes.RULES.values()] + sorted(OPERATION_CODES)


def context(role: str, purpose: str) -> CallContext:
    actor = Actor(user_id="u1", unit="unit", role=Role(role), member_state="IT")
    return CallContext(actor=actor, purpose=purpose, case_reference="CASE-1", at=NOW)


def allowed_operations(role: str, purpose: str) -> set[str]:
    found = set()
    for operation in OPERATIONS:
        with suppress(AccessDeniedError):
            found.add(authorise(context(role, purpose), operation).operation)
    return found


@pytest.mark.parametrize("row", ROWS)
def test_a_row_allows_its_triple_with_its_scope(row: RoleRule) -> None:
    grant = authorise(context(row.role, row.purpose), row.operation)
    assert (grant.scope, grant.article) == (row.scope, row.article)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_allows_nothing_before_its_first_day(row: RoleRule) -> None:
    eve = datetime.combine(row.valid_from - timedelta(days=1), time(12), UTC)
    with pytest.raises(AccessDeniedError):
        authorise(replace(context(row.role, row.purpose), at=eve), row.operation)


@pytest.mark.parametrize("role", list(Role))
def test_whatever_has_no_row_is_refused(role: str) -> None:
    rows = {(r.purpose, r.operation) for r in roles.RULES.values() if r.role == role}
    tried = {(code, operation) for code in CODES for operation in allowed_operations(role, code)}
    assert tried == rows


@pytest.mark.parametrize("row", PURPOSES)
def test_a_purpose_opens_only_what_rows_name_for_it(row: PurposeRule) -> None:
    """Child protection, law enforcement, ETIAS and statistics have no role yet."""
    users = {role.value for role in Role if allowed_operations(role, row.code)}
    assert users == {r.role for r in roles.RULES.values() if r.purpose == row.code}
    assert purposes.purpose_rule(row.code) is row


@pytest.mark.parametrize("purpose", ["", "k", "A", "ab", " a"])
def test_what_is_no_purpose_opens_nothing(purpose: str) -> None:
    assert purposes.purpose_rule(purpose) is None
    assert not any(allowed_operations(role, purpose) for role in Role)


def test_law_enforcement_is_refused() -> None:
    assert not any(allowed_operations(Role.LAW_ENFORCEMENT, code) for code in CODES)


def test_screening_reaches_identity_data_only() -> None:
    grants = {
        authorise(context("screening_officer", code), operation).scope
        for code in CODES
        for operation in allowed_operations("screening_officer", code)
    }
    assert grants == {"cir_identity"}


def test_asylum_and_immigration_units_search_their_own_state_only() -> None:
    for role in ("asylum_unit", "immigration_unit"):
        for purpose in "abcj":
            for operation in ("identify", "lookup"):
                assert authorise(context(role, purpose), operation).scope == "own_state"
            assert "lookup_identity" not in allowed_operations(role, purpose)

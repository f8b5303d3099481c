"""The field matrix: every cell of every category is accepted or refused as its row says."""

import pytest

from eurodac.errors import FieldRefusedError
from eurodac.law import categories, closed_lists, subtypes
from eurodac.law.categories import FieldRule
from tests.law.messages import add, given, minimal, read, remove

ROWS = tuple(categories.RULES.values())


def cells(*requirements: str) -> list[object]:
    return [
        pytest.param(row, marks=pytest.mark.law(row.id), id=row.id.removeprefix("field."))
        for row in ROWS
        if row.requirement in requirements
    ]


def kinds_without(row: FieldRule) -> list[str]:
    rules = [subtypes.subtype_rule(row.category, s) for s in subtypes.subtypes_of(row.category)]
    return [rule.subtype for rule in rules if rule and row.field not in rule.requires]


def kind_with(row: FieldRule) -> str:
    rules = [subtypes.subtype_rule(row.category, s) for s in subtypes.subtypes_of(row.category)]
    permitted = [rule for rule in rules if rule and row.field not in rule.forbids]
    return max(permitted, key=lambda rule: row.field in rule.requires).subtype


def refused_field(error: FieldRefusedError) -> str:
    return (error.field or "").removeprefix("later.")


@pytest.mark.parametrize("row", cells("required"))
def test_a_required_field_must_be_there(row: FieldRule) -> None:
    message = minimal(row.category)
    assert given(read(message), row.field)
    with pytest.raises(FieldRefusedError) as refused:
        read(remove(message, row.field))
    assert (refused_field(refused.value), refused.value.article) == (row.field, row.article)


@pytest.mark.parametrize("row", cells("required"))
def test_a_reason_replaces_a_required_field_only_where_the_law_accepts_one(row: FieldRule) -> None:
    message = remove(minimal(row.category), row.field)
    scope = row.field if row.missing_reason_allowed else "fingerprints"
    message["missing"] = {row.field: closed_lists.closed_list("missing_reason", scope).values[0]}
    if row.missing_reason_allowed:
        assert not given(read(message), row.field)
    else:
        with pytest.raises(FieldRefusedError) as refused:
            read(message)
        assert (refused.value.field, refused.value.article) == (row.field, row.article)


@pytest.mark.parametrize("row", cells("forbidden"))
def test_a_forbidden_field_is_refused(row: FieldRule) -> None:
    message = minimal(row.category)
    read(message)
    with pytest.raises(FieldRefusedError) as refused:
        read(add(message, row.field))
    assert (refused_field(refused.value), refused.value.article) == (row.field, row.article)


@pytest.mark.parametrize("row", cells("available", "applicable"))
def test_another_permitted_field_may_be_there_or_not(row: FieldRule) -> None:
    for subtype in kinds_without(row):
        assert not given(read(minimal(row.category, subtype)), row.field)
    assert given(read(add(minimal(row.category, kind_with(row)), row.field)), row.field)


@pytest.mark.parametrize("category", categories.CATEGORIES)
def test_a_field_that_no_list_knows_is_refused(category: str) -> None:
    with pytest.raises(FieldRefusedError, match="shoe_size") as refused:
        read({**minimal(category), "shoe_size": 43})
    assert refused.value.article
    assert refused.value.field == "shoe_size"


@pytest.mark.parametrize("category", categories.CATEGORIES)
def test_every_category_has_a_cell_for_every_field(category: str) -> None:
    assert set(categories.fields_of(category)) == set(categories.FIELDS)

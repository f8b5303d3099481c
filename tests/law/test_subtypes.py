"""Kinds of dataset: each needs its own fields and excludes those of the others."""

import pytest

from eurodac.errors import FieldRefusedError
from eurodac.law import categories, subtypes
from eurodac.law.subtypes import SubtypeRule
from eurodac.record import Subtype
from tests.law.messages import add, minimal, read, remove

ROWS = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in subtypes.RULES.values()
]


def refusal(message: dict[str, object]) -> tuple[str, str | None]:
    with pytest.raises(FieldRefusedError) as refused:
        read(message)
    return (refused.value.field or "").removeprefix("later."), refused.value.article


@pytest.mark.parametrize("row", ROWS)
def test_a_kind_that_has_a_row_is_accepted_with_its_fields(row: SubtypeRule) -> None:
    transmission = read(minimal(row.category, row.subtype))
    if transmission.dataset is not None:
        assert transmission.dataset.subtype == row.subtype
    for field in row.requires:
        message = remove(minimal(row.category, row.subtype), field)
        assert refusal(message) == (field, row.article)
    for field in row.forbids:
        message = add(minimal(row.category, row.subtype), field)
        assert refusal(message) == (field, row.article)


@pytest.mark.parametrize("category", categories.CATEGORIES)
def test_a_kind_without_row_is_refused(category: str) -> None:
    for subtype in set(Subtype) - set(subtypes.subtypes_of(category)):
        assert refusal({**minimal(category), "subtype": subtype})[0] == "subtype"


def test_an_admission_has_exactly_one_outcome() -> None:
    """Given granted, refused and discontinued, when two outcomes are sent together, then never."""
    outcomes = {"protection_granted_on", "admission_refusal", "admission_discontinued_on"}
    for subtype in subtypes.subtypes_of("admission"):
        message = minimal("admission", subtype)
        (own,) = outcomes & set(message)
        for other in outcomes - {own}:
            assert refusal(add(minimal("admission", subtype), other))[0] == other

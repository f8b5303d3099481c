"""What an officer asks who looks for a person by identity data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from eurodac.errors import FieldRefusedError
from eurodac.shapes import CountryCode, DateShape, PartOfName, Shape, read_shape
from matching.date import PartialDate
from matching.errors import NameUnreadableError
from matching.identity import Identity
from matching.name.read import read_name

__all__ = ["MAX_FOUND", "IdentityModel", "read_identity"]

MAX_FOUND = 50
"""A longer list does not help the person who reads it."""

_ARTICLE = "32019R0818#art20a"


class IdentityModel(Shape):
    """A name in fields or as one text, and what else is known; the name in any script."""

    surnames: PartOfName = ""
    forenames: PartOfName = ""
    text: Annotated[
        PartOfName, Field(description="The whole name, where its fields are not known.")
    ] = ""
    date_of_birth: DateShape | None = None
    nationality: CountryCode | None = None
    sex: Literal["M", "F", "X"] | None = None
    document_number: PartOfName = ""
    k: Annotated[
        int, Field(strict=True, ge=1, le=MAX_FOUND, description="Longest list of candidates.")
    ] = 10

    @model_validator(mode="after")
    def _one_name(self) -> IdentityModel:
        if bool(self.text) == bool(self.surnames or self.forenames):
            raise ValueError("give the name once: as surnames and forenames, or as text")
        return self


def read_identity(message: object) -> tuple[Identity, int]:
    """Read what is asked.

    Returns:
        The identity to look for, and the longest list of candidates.

    Raises:
        FieldRefusedError: the first field that is unknown, missing or malformed, or a name without
            a letter or digit.
    """
    asked = read_shape(message, IdentityModel, article=_ARTICLE)
    try:
        name = read_name(asked.surnames or None, asked.forenames or None, text=asked.text or None)
    except NameUnreadableError as error:
        field = "text" if asked.text else "surnames" if asked.surnames else "forenames"
        raise FieldRefusedError(error.code, str(error), field=field, article=_ARTICLE) from None
    born = asked.date_of_birth
    identity = Identity(
        names=(name,),
        births=(PartialDate(born.year, born.month, born.day),) if born else (),
        nationalities=frozenset([asked.nationality] if asked.nationality else []),
        sex="" if asked.sex in (None, "X") else str(asked.sex),
        documents=(asked.document_number,) if asked.document_number else (),
    )
    return identity, asked.k

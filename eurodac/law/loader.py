"""Reads a law table: TOML rows -> typed, immutable rows keyed by id.

A table is ``eurodac/law/<name>.toml``: an optional ``[common]`` table whose keys go into every row,
and ``[[rule]]`` rows. A missing or unknown key, a wrong type or a duplicate id is a ``LawError`` at
load, so that a lawyer's edit cannot half-work.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from eurodac.errors import LawError

__all__ = ["STRICT", "Rule", "load_rows", "loaded_tables"]

STRICT = ConfigDict(extra="forbid", strict=False)
_LOADED: dict[str, Mapping[str, Rule]] = {}


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Rule:
    """One rule of law; every table has its own subclass with its values.

    Args:
        id: Unique over all tables, e.g. ``"retention.applicant"``.
        article: CELEX#article, e.g. ``"32024R1358#art29.1"``.
        says: One plain English sentence.
        valid_from: First day on which it applies.
        valid_to: Last day, None = open.
    """

    id: str
    article: str
    says: str
    valid_from: date
    valid_to: date | None = None

    def applies_on(self, day: date) -> bool:
        """Say whether the rule is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


RowT = TypeVar("RowT", bound=Rule)


def load_rows(table: str, row_class: type[RowT]) -> Mapping[str, RowT]:
    """Load one table; the module that owns it does so once, at import.

    Args:
        table: Path below ``eurodac/law`` without ``.toml``, e.g. ``"categories/applicant"``.
        row_class: Pydantic dataclass, subclass of ``Rule``.

    Returns:
        Id -> row, in the order of the file; read-only.

    Raises:
        LawError: the file is malformed or an id appears twice in any table.
    """
    raw = tomllib.loads(files("eurodac.law").joinpath(f"{table}.toml").read_text("utf-8"))
    common = raw.get("common", {})
    adapter = TypeAdapter(row_class)
    rows: dict[str, RowT] = {}
    for item in raw["rule"]:
        try:
            row = adapter.validate_python(common | item)
        except ValidationError as error:
            where = item.get("id", "a row without id")
            raise LawError("law_row", f"{table}.toml, {where}: {error}") from error
        if row.id in rows or any(row.id in t for n, t in _LOADED.items() if n != table):
            raise LawError("law_duplicate", f"{table}.toml: the id {row.id} is used twice")
        rows[row.id] = row
    unknown = set(common) - {f.name for f in fields(row_class)}
    if unknown:
        raise LawError("law_common", f"{table}.toml: unknown keys in [common]: {sorted(unknown)}")
    _LOADED[table] = MappingProxyType(dict(rows))
    return MappingProxyType(rows)


def loaded_tables() -> Mapping[str, Mapping[str, Rule]]:
    """Give every table that was loaded so far; ``eurodac.law`` loads them all at import."""
    return MappingProxyType(_LOADED)

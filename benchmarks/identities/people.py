"""People in blocks: origin, nationality, family, the names they bear, and what records say of them.

A block is reproducible from the seed and its number alone. Some people come as families: one after
the other, brothers and sisters share father, grandfather and family name; spouses share it where
that is the custom; children bear the given name of their father as their father's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.dates import clip_years, draw_years, record_dates, true_dates
from benchmarks.identities.names import NATIVE, SPELLINGS, Names
from benchmarks.identities.origins import Kind, Nation, Origin

__all__ = ["BLOCK", "SLOTS", "Block", "Makers", "make_block"]

BLOCK = 1 << 18
"""People made at a time."""
SLOTS = 6
_FEMALE = 0.35
_SIBLING, _SPOUSE = 0.5, 0.2  # of those who follow a member of their family; the others: children
_NATIVE = 0.04  # records in the origin's own script
_SAME_CLERK = 0.85  # members of a family whose family name is spelled alike
_SHARED = ("father", "grandfather", "patronymic", "family", "family2")
_ALIAS_RESPELLED, _ALIAS_NATIVE, _ALIAS_NAME, _ALIAS_DATE, _ALIAS_SHORT = 0.5, 0.2, 0.1, 0.25, 0.3
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Makers:
    """What every block is made from.

    Args:
        origins: Tables of names.
        nations: Nationalities.
        names: Of the origins.
        seed: Of the population.
        families: Share of people who come after a member of their family.
        aliases: Share of people with a second record.
    """

    origins: Sequence[Origin]
    nations: Sequence[Nation]
    names: Names
    seed: int
    families: float
    aliases: float


@dataclass(slots=True, eq=False)
class Block:
    """Records of one block of people.

    Args:
        codes: (R, 6) int32, numbers of names; -1 where a record has none.
        birth: (R,) int32, yyyymmdd; 00 where day or month are not known.
        nationality: (R,) uint8.
        sex: (R,) uint8, 0 male, 1 female.
        origin: (R,) uint8.
        person: (R,) int32, within the block, ascending.
        household: (R,) int32, the first person of the family, within the block.
    """

    codes: NDArray[np.int32]
    birth: NDArray[np.int32]
    nationality: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    origin: NDArray[np.uint8]
    person: NDArray[np.int32]
    household: NDArray[np.int32]

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Block:
        """Return some of the records."""
        return Block(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Kin:
    """Who belongs to whom: lead (N,), and roles as masks (N,)."""

    lead: Ints
    sibling: NDArray[np.bool_]
    spouse: NDArray[np.bool_]
    child: NDArray[np.bool_]


def make_block(makers: Makers, number: int) -> Block:
    """Make the records of block ``number``: 262,144 people; cost about a microsecond a person."""
    rng = np.random.default_rng([makers.seed, number])
    kin = _kin(rng, makers.families)
    nationality = _draw([nation.share for nation in makers.nations], rng.random(BLOCK))[kin.lead]
    origin = np.zeros(BLOCK, np.int64)
    chance = rng.random(BLOCK)
    codes_of = {row.code: number for number, row in enumerate(makers.origins)}
    for place, nation in enumerate(makers.nations):
        here = np.flatnonzero(nationality == place)
        known = np.array([codes_of[code] for code in nation.origins])
        origin[here] = known[_draw(list(nation.origins.values()), chance[here])]
    origin = origin[kin.lead]
    sex = (rng.random(BLOCK) < _FEMALE).astype(np.int64)
    sex[kin.spouse] = 1 - sex[kin.lead[kin.spouse]]
    true = true_dates(_years(kin, rng), rng)
    codes = np.full((BLOCK, SLOTS), -1, np.int64)
    for place in range(len(makers.origins)):
        here = np.flatnonzero(origin == place)
        if len(here):
            codes[here] = _names(makers, place, here=here, sex=sex, kin=kin, rng=rng)
    records = Block(
        codes.astype(np.int32),
        true,
        nationality.astype(np.uint8),
        sex.astype(np.uint8),
        origin.astype(np.uint8),
        np.arange(BLOCK, dtype=np.int32),
        kin.lead.astype(np.int32),
    )
    return _recorded(makers, records, rng)


def _kin(rng: np.random.Generator, share: float) -> _Kin:
    follows = rng.random(BLOCK) < share
    follows[0] = False
    lead = np.maximum.accumulate(np.where(follows, 0, np.arange(BLOCK)))
    role = rng.random(BLOCK)
    # One spouse at most, who comes directly after the first of the family.
    spouse = follows & (lead == np.arange(BLOCK) - 1) & (role < _SPOUSE * 2)
    sibling = follows & ~spouse & (role < _SPOUSE + _SIBLING)
    return _Kin(lead, sibling, spouse, follows & ~spouse & ~sibling)


def _years(kin: _Kin, rng: np.random.Generator) -> Ints:
    years = draw_years(BLOCK, rng)
    spread = rng.standard_normal(BLOCK)
    near = years[kin.lead] + np.rint(spread * np.where(kin.spouse, 4, 6)).astype(np.int64)
    young = years[kin.lead] + np.rint(25 + 5 * spread).astype(np.int64)
    years = np.where(kin.child, young, np.where(kin.sibling | kin.spouse, near, years))
    return clip_years(years)


def _draw(shares: Sequence[float], chance: NDArray[np.float64]) -> Ints:
    steps = np.cumsum(shares)
    return np.minimum(
        np.searchsorted(steps / steps[-1], chance, side="right"), len(shares) - 1
    ).astype(np.int64)


def _names(
    makers: Makers,
    number: int,
    *,
    here: Ints,
    sex: Ints,
    kin: _Kin,
    rng: np.random.Generator,
) -> Ints:
    """Numbers of the names of the people of one origin: (M, 6)."""
    origin, names = makers.origins[number], makers.names
    female, lead = sex[here], np.searchsorted(here, kin.lead[here])
    codes = np.full((len(here), SLOTS), -1, np.int64)
    parts = [field.part for field in origin.fields]
    for slot, field in enumerate(origin.fields):
        present = rng.random(len(here)) < field.share
        chance, spelled = rng.random(len(here)), rng.random(len(here))
        if field.part in _SHARED:
            shared = kin.sibling[here]
            if field.part == "family":
                shared = shared | kin.child[here] | (kin.spouse[here] & origin.married)
            chance = np.where(shared, chance[lead], chance)
            alike = shared & (rng.random(len(here)) < _SAME_CLERK)
            spelled = np.where(alike, spelled[lead], spelled)
            present = np.where(alike, present[lead], present)
        for kind, mask in _kinds(origin, field.part, female):
            ranks = names.ranks(number, kind, chance[mask])
            codes[mask, slot] = (names.bases(number, kind) + ranks) * SPELLINGS + (
                names.spellings(spelled[mask])
            )
        codes[~present, slot] = -1
    if "father" in parts:
        fathers = kin.child[here] & (female[lead] == 0)
        slot, given = parts.index("father"), parts.index("given")
        known = fathers & (codes[:, slot] >= 0)
        codes[known, slot] = codes[lead[known], given]
    if "link" in parts:  # bin, ould: nothing without the father's name
        codes[codes[:, parts.index("father")] < 0, parts.index("link")] = -1
    return codes


def _kinds(origin: Origin, part: str, female: Ints) -> list[tuple[Kind, NDArray[np.bool_]]]:
    """Which lists a part is drawn from, and for whom."""
    everybody = np.ones(len(female), bool)
    pair = {
        "given": (Kind.MALE, Kind.FEMALE),
        "second": (Kind.MALE, Kind.FEMALE),
        "father": (Kind.MALE, Kind.MALE),
        "grandfather": (Kind.MALE, Kind.MALE),
        "family": (Kind.FAMILY, Kind.FAMILY_FEMALE),
        "family2": (Kind.FAMILY, Kind.FAMILY_FEMALE),
    }.get(part, (Kind.MIDDLE, Kind.MIDDLE_FEMALE))
    if pair[1] not in origin.names or pair[0] == pair[1]:
        return [(pair[0], everybody)]
    return [(pair[0], female == 0), (pair[1], female == 1)]


def _recorded(makers: Makers, people: Block, rng: np.random.Generator) -> Block:
    """One record a person, some with a second one, spelled and dated as authorities do."""
    copies = 1 + (rng.random(BLOCK) < makers.aliases)
    rows = np.repeat(np.arange(BLOCK), copies)
    records = people.taken(rows)
    second = np.zeros(len(rows), bool)
    second[1:] = rows[1:] == rows[:-1]
    heaped = np.array([nation.heaped for nation in makers.nations])[people.nationality]
    partial = np.array([nation.partial for nation in makers.nations])[people.nationality]
    first = record_dates(people.birth, rng, heaped=heaped, partial=partial)[rows]
    again = record_dates(people.birth, rng, heaped=heaped * 2, partial=partial)[rows]
    changed = second & (rng.random(len(rows)) < _ALIAS_DATE)
    records.birth = np.where(changed, again, first)
    _rename(makers, records, second=second, rng=rng)
    scripts = np.array([origin.script != "latin" for origin in makers.origins])[records.origin]
    native = scripts & (rng.random(len(rows)) < np.where(second, _ALIAS_NATIVE, _NATIVE))
    codes = records.codes[native]
    records.codes[native] = np.where(codes >= 0, codes // SPELLINGS * SPELLINGS + NATIVE, -1)
    return records


def _rename(
    makers: Makers, records: Block, *, second: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Second records: other spellings, another given name, names left out."""
    rows = np.flatnonzero(second)
    codes = records.codes[rows].astype(np.int64)
    spelled = codes // SPELLINGS * SPELLINGS + makers.names.spellings(rng.random(codes.shape))
    respelled = (codes >= 0) & (rng.random(codes.shape) < _ALIAS_RESPELLED)
    codes = np.where(respelled, spelled, codes)
    short = rng.random(len(rows)) < _ALIAS_SHORT
    renamed = rng.random(len(rows)) < _ALIAS_NAME
    for place, origin in enumerate(makers.origins):
        here = records.origin[rows] == place
        parts = [field.part for field in origin.fields]
        for slot, part in enumerate(parts):
            if part not in ("given", "family"):
                codes[here & short, slot] = -1
        for female, kind in enumerate((Kind.MALE, Kind.FEMALE)):
            who = np.flatnonzero(here & renamed & (records.sex[rows] == female))
            ranks = makers.names.ranks(place, kind, rng.random(len(who)))
            codes[who, parts.index("given")] = (makers.names.bases(place, kind) + ranks) * SPELLINGS
    records.codes[rows] = codes.astype(np.int32)

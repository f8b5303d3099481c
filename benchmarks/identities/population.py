"""A population as columns: numbers of words, dates, nationality, sex, and who it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.names import WORDS, Names
from benchmarks.identities.origins import Origin, load_nations, load_origins
from benchmarks.identities.people import BLOCK, SLOTS, Block, Makers, make_block

__all__ = ["Population", "make_population"]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Records of synthetic people.

    Args:
        tokens: (N, 6) int32, numbers of words in the order of the record, forenames first; -1
            after the last one.
        forenames: (N,) uint8, how many of them stand in the field for forenames.
        vocabulary: Words as a registry would store them.
        birth: (N,) int32, yyyymmdd; 00 where day, or day and month, are not known.
        nationality: (N,) uint8, number in ``nationalities``.
        nationalities: Codes of three letters.
        sex: (N,) uint8, 0 male, 1 female.
        origin: (N,) uint8, number in ``origins``.
        origins: Where names come from.
        identity: (N,) int32, the person, ascending; people with a second record occur twice.
        household: (N,) int32, the first person of the family.
        seed: Of the population.
    """

    tokens: NDArray[np.int32]
    forenames: NDArray[np.uint8]
    vocabulary: Sequence[str]
    birth: NDArray[np.int32]
    nationality: NDArray[np.uint8]
    nationalities: tuple[str, ...]
    sex: NDArray[np.uint8]
    origin: NDArray[np.uint8]
    origins: tuple[Origin, ...]
    identity: NDArray[np.int32]
    household: NDArray[np.int32]
    seed: int

    def __len__(self) -> int:
        return len(self.identity)


def make_population(
    n: int, seed: int, *, families: float = 0.3, aliases: float = 0.06
) -> Population:
    """Make people and their records.

    Args:
        n: People, at least 1. The first people of a larger population are the same.
        seed: At least 0; other seeds have other people and other rare names.
        families: Share of people who come with a member of their family.
        aliases: Share of people with a second record.

    Raises:
        ValueError: n, the seed or a share is out of range.

    Cost: about 6 microseconds a person; 40 bytes a record and the words, three times that while
        they are made.
    """
    if n < 1 or seed < 0:
        raise ValueError(f"n {n}, seed {seed}: at least 1 and 0 are needed")
    if not (0 <= families < 1 and 0 <= aliases <= 1):
        raise ValueError(f"families {families}, aliases {aliases}: shares 0..1 are needed")
    origins, nations = load_origins(), load_nations()
    makers = Makers(origins, nations, Names(origins, seed), seed, families, aliases)
    blocks = list(_blocks(makers, n))
    table, vocabulary = _spelled(makers.names, blocks)
    forenames = []
    for place, block in enumerate(blocks):
        counts = _tokens(block, table=table, origins=origins)
        different = _different(block)
        blocks[place] = block.taken(different)
        forenames.append(counts[different])
    whole = Block(*(np.concatenate([getattr(b, name) for b in blocks]) for name in Block.__slots__))
    return Population(
        whole.codes,
        np.concatenate(forenames),
        vocabulary,
        whole.birth,
        whole.nationality,
        tuple(nation.code for nation in nations),
        whole.sex,
        whole.origin,
        origins,
        whole.person,
        whole.household,
        seed,
    )


def _blocks(makers: Makers, n: int) -> Iterator[Block]:
    for number in range(-(-n // BLOCK)):
        block = make_block(makers, number)
        first = number * BLOCK
        if first + BLOCK > n:
            block = block.taken(block.person < n - first)
        block.person += np.int32(first)
        block.household += np.int32(first)
        yield block


def _spelled(names: Names, blocks: Sequence[Block]) -> tuple[NDArray[np.int32], list[str]]:
    """Numbers of the words of every name that was drawn: (codes + 1, 3); and the words."""
    used = np.zeros(names.codes + 1, bool)
    for block in blocks:
        used[block.codes] = True
    used[-1] = False  # where a record has no name
    codes = np.flatnonzero(used)
    table = np.full((names.codes + 1, WORDS), -1, np.int32)
    numbers: dict[str, int] = {}
    for code, words in zip(codes.tolist(), names.words(codes), strict=True):
        for place, word in enumerate(words):
            table[code, place] = numbers.setdefault(word, len(numbers))
    return table, list(numbers)


def _tokens(
    block: Block, *, table: NDArray[np.int32], origins: Sequence[Origin]
) -> NDArray[np.uint8]:
    """Put the numbers of words, side by side, in the place of those of names."""
    words = table[block.codes].reshape(len(block.codes), SLOTS * WORDS)
    there = words >= 0
    place = np.cumsum(there, axis=1) - 1
    rows, columns = np.nonzero(there & (place < SLOTS))
    block.codes[:] = -1
    block.codes[rows, place[rows, columns]] = words[rows, columns]
    slots = np.array([sum(not field.surname for field in origin.fields) for origin in origins])
    within = np.arange(SLOTS * WORDS) < slots[block.origin][:, None] * WORDS
    forenames: NDArray[np.uint8] = np.minimum((there & within).sum(1), SLOTS).astype(np.uint8)
    return forenames


def _different(block: Block) -> NDArray[np.bool_]:
    """All records but second ones that, spelled out, say the same as the first."""
    same = block.person[1:] == block.person[:-1]
    same &= (block.codes[1:] == block.codes[:-1]).all(1) & (block.birth[1:] == block.birth[:-1])
    return np.concatenate([[True], ~same])

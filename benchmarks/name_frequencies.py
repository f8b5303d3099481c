"""Writes the table of rarities that comparisons without an index use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.identities.population import Population
from benchmarks.word_table import WordTable
from matching.identity.frequencies import VERSION
from matching.name.letters import MAX_LETTERS

__all__ = ["write_frequencies"]


def write_frequencies(path: Path, table: WordTable, population: Population, *, most: int) -> None:
    """Write rarities of words, years of birth and nationalities.

    Args:
        path: An .npz file.
        table: Words of the population.
        population: The records.
        most: Words that are kept, the most frequent; every other one is as rare as the last.
    """
    counts = table.vocabulary.counts.astype(np.int64)
    kept = np.argsort(-counts, kind="stable")[:most]
    kept = kept[counts[kept] > 1]
    rows = table.vocabulary.words[kept]
    keys = [
        row["letters"].tobytes()[: row["length"]] + bytes((int(row["script"]),)) for row in rows
    ]
    bits = [table.rarity(rows[i : i + 1]) for i in range(len(rows))]
    years, often = np.unique(population.birth // 10_000, return_counts=True)
    codes = np.bincount(population.nationality, minlength=len(population.nationalities))
    records = len(population)
    np.savez_compressed(
        path,
        version=VERSION,
        keys=np.frombuffer(b"".join(keys), np.uint8),
        lengths=np.array([len(key) for key in keys], np.uint8),
        bits=np.array(bits, np.float32),
        unknown=np.float32(np.log2(records)),
        years=years.astype(np.int32),
        year_bits=np.log2(records / often).astype(np.float32),
        codes=np.array(population.nationalities),
        code_bits=np.log2(records / np.maximum(codes, 1)).astype(np.float32),
        allow_pickle=False,
    )
    longest = max(len(key) for key in keys)
    if longest > MAX_LETTERS + 1:
        raise ValueError(f"a word of {longest - 1} letters is longer than {MAX_LETTERS}")

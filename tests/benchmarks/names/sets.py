"""Small sets of invented people."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np

from benchmarks.names.people import SearchSet
from benchmarks.names.protocols import People, Probe, Records

GIVEN = ("amal", "bashir", "dawit", "elena", "farid", "hiba", "ismail", "jamila", "karim", "leyla")
FAMILY = (
    "haddad", "khoury", "tesfaye", "petrov", "rahimi", "mansour", "nazari", "osmani", "sultani",
    "yilmaz",
)  # fmt: skip
NAMES = [f"{GIVEN[i % 10]} {FAMILY[(3 * i + i // 10) % 10]}" for i in range(20)]
"""Twenty names, no two of them alike."""


def lay_tokens(folder: Path) -> list[tuple[str, str]]:
    """Write a file of tokens; return its pairs."""
    pairs = [("علي", "ali"), ("علي", "aly"), ("عمر", "omar"), ("سمير", "samir"), ("هبة", "hiba")]
    pairs += [("كريم", "karim"), ("فريد", "farid"), ("امل", "amal"), ("نور", "nour")]
    path = folder / "names" / "arabic_latin_tokens.tsv"
    path.parent.mkdir(exist_ok=True)
    rows = ["arabic\tlatin", *("\t".join(pair) for pair in pairs)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return pairs


def people() -> People:
    """Twenty people, the last record an alias of the first person."""
    birth = np.array([19_800_101 + 101 * (i % 12) + 10_000 * i for i in range(20)], np.int32)
    none = np.zeros(20, np.uint8)
    return People(NAMES, birth, none, none, np.array([*range(19), 0], np.int32))


def search_set(n: int, probes: int, *, seed: int) -> SearchSet:
    """Ask for people by their names, the words the other way round; at most twenty people."""
    known, random = people(), Random(seed)
    rows = [random.randrange(min(n, 20)) for _ in range(probes)]
    asked = [
        Probe(" ".join(reversed(NAMES[row].split())), int(known.birth[row]), 0, 0) for row in rows
    ]
    return SearchSet(known, asked, known.identity[rows])


def records(count: int, *, seed: int) -> Records:
    """Return people, some of whose names have a letter less; the n-th is the same for any seed."""
    truth, random = Random(0), Random(seed)
    columns: dict[str, list[str | None]] = {"given_name": [], "surname": [], "date_of_birth": []}
    for _ in range(count):
        for column, names in (("given_name", GIVEN), ("surname", FAMILY)):
            name = truth.choice(names) + truth.choice(GIVEN)
            columns[column].append(name[:-1] if random.random() < 0.2 else name)
        day = (
            f"{truth.randrange(1950, 2005)}-{truth.randrange(1, 13):02}-{truth.randrange(1, 29):02}"
        )
        columns["date_of_birth"].append(day)
    return Records(columns)

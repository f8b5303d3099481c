"""Everything that the scenarios ``names`` and ``linkage`` can run, by its name on the command line.

Ours is one more subject: an adapter with the same methods, in the mapping ``ours`` of its part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

__all__ = ["CLUSTER", "LINK", "PAIRS", "SEARCH", "Part", "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """How a subject is made, in the process that runs it.

    Args:
        name: In the table; of ours ``"ours"``, if need be with a variant after it.
        adapter: Module below ``benchmarks.peers`` and class, with a point between.
        packages: All must be importable; the extra ``peers`` installs them.
        options: Of the class.
        most: So many probes of a search are timed at most, for slow ones; None for all.
    """

    name: str
    adapter: str
    packages: Sequence[str]
    options: Mapping[str, object] = field(default_factory=dict)
    most: int | None = None

    def installed(self) -> bool:
        """Say whether the packages are there, without loading them."""
        return all(find_spec(package) is not None for package in self.packages)

    def make(self) -> object:
        """Load the adapter."""
        module, _, name = self.adapter.rpartition(".")
        return getattr(import_module(f"benchmarks.peers.{module}"), name)(**self.options)


@dataclass(frozen=True, slots=True)
class Part:
    """Who takes part in one kind of measurement.

    Args:
        ours: Always measured.
        peers: Measured as ``--peers`` says.
    """

    ours: Mapping[str, Subject]
    peers: Mapping[str, Subject]


_SPLINK = ("splink", "duckdb", "pyarrow")


def _ecm(given: str, family: str, **columns: object) -> Subject:
    options = {"given": given, "family": family, **columns}
    return Subject("recordlinkage ECM", "ecm.Ecm", ["recordlinkage"], options)


LINK: Mapping[str, Part] = {
    "febrl4": Part(
        {},
        {
            "splink": Subject("splink", "splink.SplinkFebrl4", _SPLINK),
            "ecm": _ecm("given_name", "surname", date="date_of_birth"),
        },
    ),
}
"""Linking two sets, by the name of the set."""

CLUSTER: Mapping[str, Part] = {
    "historical": Part(
        {},
        {
            "splink": Subject("splink", "splink.SplinkHistorical", _SPLINK),
            "ecm": _ecm(
                "first_name", "surname", date="dob", exact=("birth_place", "postcode", "occupation")
            ),
        },
    ),
    "fake1000": Part(
        {},
        {
            "splink": Subject("splink", "splink.SplinkFake1000", _SPLINK),
            "ecm": _ecm("first_name", "surname", date="dob", exact=("city", "email")),
        },
    ),
}
"""Finding the records of one person within a set, by the name of the set."""

PAIRS = Part({}, {})
SEARCH = Part({}, {})

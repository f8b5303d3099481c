"""Synthetic identities for scale: names of many origins, in records and probes, with the truth."""

from benchmarks.identities.pairs import KINDS, Pair, draw_pairs
from benchmarks.identities.population import Population, make_population
from benchmarks.identities.probes import TAGS, Probe, draw_probes
from benchmarks.identities.records import Record, iter_records, record

__all__ = [
    "KINDS",
    "TAGS",
    "Pair",
    "Population",
    "Probe",
    "Record",
    "draw_pairs",
    "draw_probes",
    "iter_records",
    "make_population",
    "record",
]

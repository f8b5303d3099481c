"""Synthetic identities for scale: names of many origins, in records and probes, with the truth."""

from benchmarks.identities.population import Population, make_population
from benchmarks.identities.records import Record, iter_records, record

__all__ = ["Population", "Record", "iter_records", "make_population", "record"]

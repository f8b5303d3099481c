"""Synthetic people for scale: minutiae of ten fingers, reproducible one by one, made in blocks."""

from benchmarks.population.captures import Capture, take
from benchmarks.population.masters import Masters, make_masters
from benchmarks.population.templates import finger_sets, templates

__all__ = ["Capture", "Masters", "finger_sets", "make_masters", "take", "templates"]

"""Codecs: one module per standard and edition; bytes <-> values of the matcher."""

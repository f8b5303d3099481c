"""Minutiae -> fixed-length sketch that orders candidates."""

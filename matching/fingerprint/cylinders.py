"""Minutiae -> bit cylinders."""

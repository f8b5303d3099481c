"""Fingerprints: sample -> minutiae -> cylinders -> comparison score."""

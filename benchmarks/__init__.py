"""Benchmarks: accuracy and speed in one row, peers in the same run."""

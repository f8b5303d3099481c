"""Synthetic people, fingerprints and multi-system histories with a truth file."""

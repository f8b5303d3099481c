"""Adapters of the peers."""

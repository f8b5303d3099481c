"""Adapters of the connected systems behind one protocol."""

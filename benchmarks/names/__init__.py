"""Comparing, finding and linking people by identity data: data, metrics and who is measured."""

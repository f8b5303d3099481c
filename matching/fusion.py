"""Scores of several sources -> one calibrated score with its evidence."""

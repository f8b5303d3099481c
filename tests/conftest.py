"""Registers the plugin that fails a full run when a rule of law has no test that passed."""

import pytest

from eurodac.law import all_rules
from tests.law.marks import LawMarks


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LawMarks(all_rules()), "law-marks")

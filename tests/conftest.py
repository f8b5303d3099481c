"""Registers the plugin that fails a full run when a rule of law has no test that passed.

No property test has a deadline: no test depends on how busy the machine is.
"""

import pytest
from hypothesis import settings

from eurodac.law import all_rules
from tests.law.marks import LawMarks

settings.register_profile("register", deadline=None)
settings.load_profile("register")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LawMarks(all_rules()), "law-marks")

"""The pytest plugin that holds law and tests together.

A test names the rules that it proves: ``@pytest.mark.law("retention.applicant.none")``. A full run
(all of testpaths, nothing deselected by hand) fails if a rule has no test whose call passed, or if
a test names a rule that does not exist. Works with pytest-xdist: names travel in the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

PROPERTY = "law"


def rules_named_by(item: pytest.Item) -> Iterator[str]:
    """Give the ids in the law marks of a collected test."""
    for mark in item.iter_markers("law"):
        yield from (str(argument) for argument in mark.args)


def is_full_run(config: pytest.Config) -> bool:
    """Say whether every test was meant to run."""
    option = config.option
    narrowed = (
        option.keyword
        or option.markexpr not in ("", "not slow")
        or option.deselect
        or option.ignore
        or option.ignore_glob
        or option.collectonly
        or getattr(option, "lf", False)
        or getattr(option, "stepwise", False)
    )
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed


class LawMarks:
    """Collects what was named and what passed; judges at the end of a full run.

    Args:
        rules: Every id of the law tables.
    """

    def __init__(self, rules: Iterable[str]) -> None:
        self.rules = frozenset(rules)
        self.named: set[str] = set()
        self.passed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for rule in rules_named_by(item):
                item.user_properties.append((PROPERTY, rule))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rules = {str(value) for name, value in report.user_properties if name == PROPERTY}
        self.named |= rules
        if report.when == "call" and report.outcome == "passed":
            self.passed |= rules

    @property
    def unknown(self) -> list[str]:
        """Ids that tests name and no table has."""
        return sorted(self.named - self.rules)

    @property
    def unproved(self) -> list[str]:
        """Ids without a test that passed."""
        return sorted(self.rules - self.passed)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(session.config, "workerinput") or not is_full_run(session.config):
            return
        if exitstatus == pytest.ExitCode.OK and (self.unknown or self.unproved):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        if not is_full_run(config):
            return
        for title, ids in (
            ("rules of law without a test that passed", self.unproved),
            ("tests name rules of law that do not exist", self.unknown),
        ):
            if ids:
                terminalreporter.section(title)
                terminalreporter.write_line("\n".join(ids))

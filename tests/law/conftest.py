"""One invented decision on temporary protection: without one the category cannot be sent at all."""

from collections.abc import Iterator

import pytest

from eurodac.law import retention
from tests.law.messages import known_decisions


@pytest.fixture(scope="module", autouse=True)
def _a_decision_is_known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "DECISIONS", known_decisions())
        yield

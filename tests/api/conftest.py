"""One live server for the tests of the API and the pages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.deps import now
from eurodac.service import initialise
from eurodac.settings import Settings
from tests.api.live import Live, serving
from tests.api.logged import log
from tests.api.story import Story, tell

__all__ = ["log"]

FAST = os.environ.get("EURODAC_TEST_FAST", "").lower() in ("1", "true", "yes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the fast run leaves out: browsers and killed processes."""
    if FAST:
        for item in items:
            if "browser" in item.fixturenames or "test_kill" in item.nodeid:  # type: ignore[attr-defined]
                item.add_marker(pytest.mark.skip(reason="left out by EURODAC_TEST_FAST"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An initialised SQLite registry that the settings of this process point to."""
    folder = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EURODAC_HOME", str(folder))
        patch.setenv("EURODAC_DEVELOPMENT_IDENTITIES", "true")
        patch.delenv("EURODAC_DATABASE_URL", raising=False)
        initialise(Settings(), at=now())
        yield folder


@pytest.fixture(scope="session")
def live(home: Path) -> Iterator[Live]:
    """A server on that registry."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def story(live: Live) -> Story:
    """One person's story, told once."""
    return tell(live)

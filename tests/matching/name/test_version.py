"""An index of names is rebuilt when what it was made with changes."""

import pytest

from matching.name import version


def test_another_library_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert version.READING_VERSION.endswith(version._digest())
    monkeypatch.setattr(version, "version", lambda distribution: "0")
    assert not version.READING_VERSION.endswith(version._digest())

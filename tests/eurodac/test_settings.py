from pathlib import Path

import pytest

from eurodac.errors import SettingError
from eurodac.settings import load_settings

FOLDERS = ("home", "key_file", "gallery_rows_folder")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_tilde_is_the_home_of_the_user(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(f"EURODAC_{name.upper()}", "~/registry")
    assert getattr(load_settings(), name) == tmp_path / "registry"


def test_a_home_that_nobody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EURODAC_GALLERY_ROWS_FOLDER", "~nobody-of-that-name/rows")
    with pytest.raises(SettingError, match="EURODAC_GALLERY_ROWS_FOLDER") as refused:
        load_settings()
    assert refused.value.code == "setting_malformed"

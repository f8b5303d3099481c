from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.data import VARIABLE, data_folder, fingerprint_databases
from benchmarks.errors import DataError


def lay(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / "fingerprints" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_every_database_is_found_with_its_images_in_order(tmp_path: Path) -> None:
    lay(tmp_path, "b/DB1/2_1.png", "b/DB1/10_2.png", "b/DB1/10_1.png", "b/DB1/2_1.iso")
    lay(tmp_path, "a/DB3/101_1.png", "a/README")
    first, second = fingerprint_databases(tmp_path)
    assert (first.name, second.name) == ("a/DB3", "b/DB1")
    assert list(second.images) == [("2", 1), ("10", 1), ("10", 2)]


def test_a_folder_without_images_is_no_database(tmp_path: Path) -> None:
    lay(tmp_path, "a/DB1/1_1.png", "a/DB2/1_1.iso")
    assert [database.name for database in fingerprint_databases(tmp_path)] == ["a/DB1"]


@pytest.mark.parametrize("names", [(), ("a/DB1/1_1.iso",)])
def test_no_data_is_an_error(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(DataError, match="no fingerprints"):
        fingerprint_databases(lay(tmp_path, *names))


@pytest.mark.parametrize("name", ["thumb.png", "1_x.png", "_1.png"])
def test_a_file_that_names_no_finger_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="FINGER_IMPRESSION"):
        fingerprint_databases(lay(tmp_path, f"a/DB1/{name}"))


def test_the_folder_is_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert data_folder() == tmp_path
    for wrong in ("", str(tmp_path / "nowhere")):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(DataError, match=VARIABLE):
            data_folder()

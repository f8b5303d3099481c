from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmarks.__main__ import main
from benchmarks.data import VARIABLE
from benchmarks.errors import DataError
from benchmarks.scenarios.faces import measure
from matching.errors import ExtractionError
from matching.face import embedder
from matching.face.embedder import DLIB_MODEL, unit_template
from matching.template import FaceTemplate


class Tinted:
    """An embedder that tells people by their grey level and finds no face in black."""

    model = DLIB_MODEL

    def embed(self, pixels: NDArray[np.uint8]) -> FaceTemplate:
        level = int(pixels.mean()) // 40
        if level == 0:
            raise ExtractionError("face_not_found", "no face is visible")
        return unit_template(np.random.default_rng(level).normal(0, 1, 128), self.model)


def lay(folder: Path, person: str, levels: list[int]) -> None:
    (folder / person).mkdir(parents=True)
    for number, level in enumerate(levels):
        Image.new("L", (40, 40), level).save(folder / person / f"{number}.png")


def test_people_are_told_apart_and_images_without_a_face_are_counted(tmp_path: Path) -> None:
    lay(tmp_path, "one", [50, 60, 0])
    lay(tmp_path, "two", [100, 110, 115])
    row = measure(Tinted(), tmp_path)
    assert row.metrics["people"] == 2
    assert row.metrics["not_enrolled"] == pytest.approx(1 / 6)
    assert (row.metrics["mated"], row.metrics["non_mated"]) == (4, 6)
    assert row.metrics["eer"] == row.metrics["fnmr_at_fmr_1e3"] == 0.0


@pytest.mark.parametrize(("levels", "reason"), [([0, 0], "no face"), ([50, 50], "two people")])
def test_a_set_without_pairs_is_refused(tmp_path: Path, levels: list[int], reason: str) -> None:
    lay(tmp_path, "one", levels)
    with pytest.raises(DataError, match=reason):
        measure(Tinted(), tmp_path)


def test_without_the_extra_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(tmp_path / "faces" / "set", "one", [50])
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(embedder, "dlib", None)
    assert main(["faces"]) == 2
    assert "extra 'face'" in capsys.readouterr().err

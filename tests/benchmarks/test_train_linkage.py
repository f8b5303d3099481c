"""The shares that small files are linked with."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scenarios import train_linkage
from matching.linkage.shipped import load


def test_a_small_run_counts_about_what_is_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_linkage, "_STRANGERS", 20_000)
    parser = argparse.ArgumentParser()
    train_linkage.add_arguments(parser)
    out = tmp_path / "weights.toml"
    options = ["--out", str(out), "--version", "linkage/test", "--people", "5000", "--pairs", "600"]
    result = train_linkage.run(parser.parse_args(options))
    assert result.rows[0].metrics["mated"] == 600
    written = tomllib.loads(out.read_text("utf-8"))
    assert written["version"] == "linkage/test"
    for name, shipped in (("mated", load().mated), ("chance", load().chance)):
        assert written[name].keys() == shipped.keys()
        for kind, shares in shipped.items():
            assert np.abs(np.array(written[name][kind]) - shares).max() < 0.1
            assert sum(written[name][kind]) == pytest.approx(1, abs=0.02)

from __future__ import annotations

import pytest

from benchmarks.extractors import make_extractor
from matching.fingerprint.compact import family_of
from matching.parameters import MinutiaeFamily


@pytest.mark.parametrize("name", ["mindtct", "leader"])
def test_every_extractor_is_of_the_family_that_was_calibrated(name: str) -> None:
    assert family_of(make_extractor(name).name) is MinutiaeFamily(name)

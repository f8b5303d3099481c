"""People of the generator, as every search engine gets them."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.errors import DataError
from benchmarks.names import people
from benchmarks.names.people import make_search_set

GENERATOR = "benchmarks.identities"


@pytest.mark.skipif(find_spec(GENERATOR) is None, reason=f"needs the package {GENERATOR}")
def test_people_and_probes_come_with_the_truth() -> None:
    found = make_search_set(300, 40, seed=3)
    records = len(found.people)
    assert records >= 300
    for column in ("birth", "nationality", "sex", "identity"):
        assert getattr(found.people, column).shape == (records,)
    assert min(len(name.split()) for name in found.people.names) >= 1
    assert len(found.probes) == len(found.mates) == 40
    assert np.isin(found.mates, found.people.identity).all()
    sexes = found.people.sex[np.searchsorted(found.people.identity, found.mates)]
    assert np.mean([p.sex == s for p, s in zip(found.probes, sexes, strict=True)]) > 0.9
    assert make_search_set(300, 40, seed=3).probes == found.probes


def test_without_the_generator_a_search_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_GENERATOR", "benchmarks.no_such_generator")
    with pytest.raises(DataError, match="no_such_generator is missing"):
        make_search_set(10, 1, seed=3)

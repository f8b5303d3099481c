"""Which engine searches the registry, and whom it compares."""

from pathlib import Path

import pytest

from eurodac.galleries import engine_maker
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit
from tests.matching.gallery.population import Person, strangers


def test_an_engine_is_chosen_by_name() -> None:
    assert isinstance(engine_maker("native", threads=2)(), NativeGallery)
    assert isinstance(engine_maker("faiss")(), FaissGallery)
    with pytest.raises(ValueError, match="no gallery engine"):
        engine_maker("other")


@pytest.mark.parametrize("budget", [0.0, 1e-5, 1e-4, 1e-2])
def test_the_operator_says_how_many_mates_may_be_lost(budget: float) -> None:
    people = 1500
    engine = engine_maker("native", miss_budget=budget)()
    assert isinstance(engine, NativeGallery)
    engine.enrol_batch(strangers(people))
    found = engine.search(Person(1).capture(), permit=Permit(), k=1, threshold=10.0)
    assert found.searched == people
    assert (found.compared == people) is (budget < 1e-4)


def test_rows_lie_where_the_operator_says(tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    for maker, made in (
        (engine_maker("native"), False),
        (engine_maker("native", rows_folder=folder), True),
    ):
        engine = maker()
        assert isinstance(engine, NativeGallery)
        engine.enrol_batch(strangers(3))
        assert folder.is_dir() is made
        assert engine.search(Person(1).capture(), permit=Permit(), k=1, threshold=9).searched == 3

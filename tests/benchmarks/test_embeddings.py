from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.embeddings import BLOCK, Population
from benchmarks.stored import store


def gallery(population: Population) -> np.ndarray:
    return np.concatenate(list(population.blocks()))


def test_cosines_are_those_of_the_noise_model() -> None:
    population = Population(4000, 512)
    rows, mated, others = gallery(population), population.mated(2000), population.non_mated(500)
    cosines = np.sum(rows[mated.mates] * mated.probes, axis=1)
    assert 0.695 < cosines.mean() < 0.707
    assert 0.060 < cosines.std() < 0.076
    assert 0.46 < np.percentile(cosines, 1) < 0.55
    impostors = others.probes @ rows.T
    assert abs(impostors.mean()) < 0.006
    assert 0.0445 < impostors.std() < 0.0465  # a little above 1/sqrt(512): the clusters
    assert (others.mates == -1).all()


@pytest.mark.parametrize("dimensions", [128, 512])
def test_every_vector_has_unit_length(dimensions: int) -> None:
    population = Population(300, dimensions, realistic=100)
    for rows in (gallery(population), population.mated(50).probes, population.non_mated(50).probes):
        assert rows.shape[1] == dimensions
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_the_seed_decides_everything_and_mates_are_different_people() -> None:
    first, same, other = Population(200, 128), Population(200, 128), Population(200, 128, seed=7)
    np.testing.assert_array_equal(gallery(first), gallery(same))
    np.testing.assert_array_equal(first.mated(50).probes, same.mated(50).probes)
    assert not np.array_equal(gallery(first), gallery(other))
    assert len(set(first.mated(200).mates.tolist())) == 200


def test_more_probes_need_no_other_gallery() -> None:
    population = Population(200, 128)
    before = gallery(population)
    population.mated(10)
    np.testing.assert_array_equal(gallery(population), before)


def test_fillers_follow_the_modelled_people_and_are_nobodys_mates() -> None:
    few, many = Population(300, 128), Population(1000, 128, realistic=300)
    rows = gallery(many)
    assert len(rows) == 1000
    np.testing.assert_array_equal(rows[:300], gallery(few))
    assert many.mated(300).mates.max() < 300
    likest = (rows[300:] @ rows.T) - np.eye(700, 1000, 300, dtype=np.float32)
    assert likest.max() < 0.6
    assert abs(rows[300:].std() - 1 / np.sqrt(128)) < 1e-3


def test_a_gallery_comes_in_blocks() -> None:
    sizes = [len(block) for block in Population(BLOCK + 10, 4, realistic=BLOCK + 1).blocks()]
    assert sizes == [BLOCK, 1, 9]


def test_a_stored_population_is_the_same_population(tmp_path: Path) -> None:
    population = Population(500, 64, realistic=400)
    stored = store(population, tmp_path, mated=20, non_mated=30)
    np.testing.assert_array_equal(np.concatenate(list(stored.blocks())), gallery(population))
    probes, mates = stored.mated(5)
    np.testing.assert_array_equal(probes, population.mated(20).probes[:5])
    np.testing.assert_array_equal(mates, population.mated(20).mates[:5])
    assert stored.non_mated().shape == (30, 64)

from __future__ import annotations

import numpy as np

from benchmarks.fused import FINGERS, FusedPopulation, FusedVectors, Records


def gallery(population: FusedPopulation) -> Records:
    blocks = list(population.blocks())
    parts = ([getattr(block, name) for block in blocks] for name in ("face", "fingers", "present"))
    return Records(*map(np.concatenate, parts))


def test_mates_agree_in_every_modality_and_others_in_none() -> None:
    population = FusedPopulation(1000)
    rows, (probes, mates) = gallery(population), population.mated(400)
    both = rows.present[mates, 1:] & probes.present[:, 1:]
    cosines = np.einsum("nfd,nfd->nf", rows.fingers[mates], probes.fingers)
    assert 0.60 < cosines[both].mean() < 0.65  # 0.8 squared, poor captures and clipping
    assert (cosines[~both] == 0).all()
    assert 0.68 < np.sum(rows.face[mates] * probes.face, axis=1).mean() < 0.72
    others = np.einsum("nfd,nfd->nf", rows.fingers[mates - 1], probes.fingers)
    assert abs(others.mean()) < 0.01


def test_fingers_are_missing_as_often_as_stated_and_then_zero() -> None:
    rows = gallery(FusedPopulation(3000))
    assert rows.present[:, 0].all()
    assert 0.025 < (~rows.present[:, 1:]).mean() < 0.035
    lengths = np.linalg.norm(rows.fingers, axis=2)
    np.testing.assert_allclose(lengths, rows.present[:, 1:], atol=1e-5)
    assert rows.present.shape == (3000, 1 + FINGERS)
    fewer = gallery(FusedPopulation(3000, missing=0.6))
    assert 0.58 < (~fewer.present[:, 1:]).mean() < 0.62
    assert fewer.present[:, 0].all()


def test_the_fused_score_is_the_weighted_sum_of_the_cosines() -> None:
    population = FusedPopulation(50)
    rows, probes = gallery(population), population.non_mated(20)
    fused = probes.concatenated() @ rows.concatenated().T
    fingers = np.einsum("pfd,nfd->pn", probes.fingers, rows.fingers)
    np.testing.assert_allclose(fused, probes.face @ rows.face.T + 0.5 * fingers, atol=1e-5)


def test_the_people_are_the_same_for_the_same_seed() -> None:
    first, same = gallery(FusedPopulation(60, realistic=40)), gallery(FusedPopulation(60, 42, 40))
    np.testing.assert_array_equal(first.fingers, same.fingers)
    np.testing.assert_array_equal(first.present, same.present)
    assert first.fingers.shape == (60, FINGERS, 128)


def test_vectors_are_the_records_side_by_side() -> None:
    records = FusedPopulation(60, realistic=40)
    vectors = FusedVectors(records)
    assert (vectors.people, vectors.modelled, vectors.dimensions) == (60, 40, 1792)
    modelled, fillers = (
        np.concatenate(list(blocks))
        for blocks in (vectors.modelled_blocks(), vectors.filler_blocks())
    )
    assert (len(modelled), len(fillers)) == (40, 20)
    rows = gallery(records)
    np.testing.assert_array_equal(np.concatenate([modelled, fillers]), rows.concatenated())
    probes, mates = records.mated(10)
    np.testing.assert_array_equal(vectors.mated(10).probes, probes.concatenated())
    np.testing.assert_array_equal(vectors.mated(10).mates, mates)
    others = vectors.non_mated(10)
    np.testing.assert_array_equal(others.probes, records.non_mated(10).concatenated())
    assert (others.mates == -1).all()

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta

from benchmarks.embeddings import Population
from benchmarks.exact import Reference
from benchmarks.identification import fnir, lost_upper_bound, threshold_at_fpir
from benchmarks.stored import store


@pytest.mark.parametrize(("probes", "fpir"), [(1000, 1e-3), (4096, 1e-3), (10, 0.2)])
def test_the_threshold_is_the_lowest_that_holds_the_target(probes: int, fpir: float) -> None:
    scores = np.random.default_rng(1).normal(size=probes).astype(np.float32)
    at = threshold_at_fpir(scores, fpir)
    assert np.mean(scores >= at) <= fpir
    assert np.mean(scores >= np.nextafter(np.float32(at), np.float32(-np.inf))) > fpir


def test_too_few_probes_put_the_threshold_above_all_of_them() -> None:
    scores = np.array([0.1, 0.9, 0.5], np.float32)
    assert threshold_at_fpir(scores) > 0.9


def test_probes_without_candidate_do_not_raise_the_threshold() -> None:
    scores = np.full(1000, -np.inf, np.float32)
    scores[:2] = 0.3, 0.2
    assert 0.2 < threshold_at_fpir(scores) < 0.21


def test_a_mate_must_be_first_and_reach_the_threshold() -> None:
    first = np.array([4, 5, 6, -1])
    mates = np.array([4, 9, 6, 7])
    scores = np.array([0.5, 0.9, 0.4, -np.inf], np.float32)
    assert fnir(first, scores, mates, at=0.5) == 0.75


@pytest.mark.parametrize(("lost", "of"), [(0, 100), (1, 1024), (45, 1024), (3, 40_000), (99, 100)])
def test_the_upper_bound_is_that_of_clopper_and_pearson(lost: int, of: int) -> None:
    assert lost_upper_bound(lost, of) == pytest.approx(beta.ppf(0.95, lost + 1, of - lost))


def test_nothing_is_known_if_everything_is_lost() -> None:
    assert lost_upper_bound(5, 5) == 1.0


def test_exact_search_agrees_with_a_plain_product_and_counts_who_is_lost(tmp_path: Path) -> None:
    population = Population(9000, 64)
    stored = store(population, tmp_path, mated=600, non_mated=1000)
    truth = Reference(stored)
    rows = np.concatenate(list(stored.blocks()))
    probes, mates = stored.mated(600)
    products = probes @ rows.T
    first, scores = truth.first(probes)
    np.testing.assert_array_equal(first, products.argmax(axis=1))
    np.testing.assert_allclose(scores, products.max(axis=1), atol=1e-6)
    hits = (first == mates) & (scores >= truth.threshold)
    assert 0 < hits.sum() < 600  # 64 dimensions do not tell everybody apart
    assert truth.lost(first) == 0
    assert truth.lost(np.full(600, -1)) == hits.sum()
    assert truth.lost(np.where(np.arange(600) < 100, -1, first)) == hits[:100].sum()

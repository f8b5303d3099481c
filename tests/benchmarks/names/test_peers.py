"""Every peer on a handful of invented people; those that are not installed say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from benchmarks.names.people import SearchSet
from benchmarks.names.protocols import (
    ClusterPeer,
    LinkagePeer,
    PairScorer,
    Probe,
    Records,
    SearchPeer,
)
from benchmarks.names.searching import CASES, measure_search
from benchmarks.names.subjects import CLUSTER, LINK, PAIRS, SEARCH, Part, Subject
from tests.benchmarks.names.sets import NAMES, people, records

ROOT = Path(__file__).parents[3]
PARTS = [PAIRS, SEARCH, *LINK.values(), *CLUSTER.values()]
EVERYBODY = {
    subject.adapter + str(subject.options): subject
    for part in PARTS
    for subject in [*part.ours.values(), *part.peers.values()]
}


def installed(*parts: Part) -> list[Any]:
    """Every peer, skipped with the packages that it needs if it lacks one."""
    return [
        pytest.param(
            subject,
            id=name,
            marks=pytest.mark.skipif(
                not subject.installed(),
                reason=f"needs {' and '.join(subject.packages)}, of the extra peers",
            ),
        )
        for part in parts
        for name, subject in part.peers.items()
    ]


@pytest.mark.parametrize("subject", EVERYBODY.values(), ids=EVERYBODY)
def test_a_subject_has_an_adapter_and_is_installed_or_not(subject: Subject) -> None:
    module, _, name = subject.adapter.rpartition(".")
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text("utf-8")
    assert f"class {name}" in source
    assert subject.installed() in (True, False)


@pytest.mark.parametrize("subject", installed(PAIRS))
def test_a_scorer_likes_equal_names_best_and_remembers_no_pair(subject: Subject) -> None:
    scorer = cast(PairScorer, subject.make())
    equal = scorer.score_pairs([(name, name) for name in NAMES])
    others = scorer.score_pairs(list(zip(NAMES, NAMES[1:] + NAMES[:1], strict=True)))
    assert equal.shape == others.shape == (20,)
    assert equal.min() > others.max()
    again = scorer.score_pairs([(NAMES[0], NAMES[0])])
    assert again.tolist() == equal[:1].tolist()
    arabic = scorer.score_pairs([("محمد", "mohamed"), ("محمد", "xin")])
    assert arabic[0] > arabic[1]


@pytest.mark.parametrize("subject", installed(SEARCH))
def test_an_engine_finds_everybody_by_name_and_by_a_name_with_a_slip(subject: Subject) -> None:
    engine = cast(SearchPeer, subject.make())
    engine.build(people())
    try:
        exact = [engine.search(Probe(name), k=3) for name in NAMES]
        assert [found[0] for found in exact] == list(range(20))
        assert max(len(found) for found in exact) <= 3
        slips = [engine.search(Probe(name[:1] + name[2:]), k=10) for name in NAMES]
        assert np.mean([row in found for row, found in enumerate(slips)]) >= 0.9
        engine.search(Probe("\"%_' \\ *"), k=3)  # nothing but what query languages know
        assert engine.search(Probe(""), k=3) is not None
        assert engine.bytes_per_person() > 0
        if "birth" in engine.fields:
            born = int(people().birth[7])
            assert engine.search(Probe("nobody", born), k=1) == [7]
    finally:
        engine.close()


def few() -> SearchSet:
    return SearchSet(people(), [Probe(name) for name in NAMES], np.arange(20, dtype=np.int32))


def test_an_engine_that_remembers_is_also_measured_by_first_times() -> None:
    rows = measure_search(SEARCH.ours["ours"], few, size="20", lock=None)
    assert [row.case for row in rows] == [f"20, {case}" for case in CASES]
    for row in rows:
        p50, p95 = (float(str(row.metrics[f"first_{p}_ms"])) for p in ("p50", "p95"))
        assert 0 < p50 <= p95


@pytest.mark.parametrize("subject", installed(LINK["febrl4"]))
def test_a_linker_finds_most_people_of_one_set_in_another(subject: Subject) -> None:
    linker = cast(LinkagePeer, subject.make())
    scored = linker.link(records(300, seed=1), records(300, seed=2))
    sure = scored.scores >= linker.threshold
    mated = scored.left == scored.right
    assert mated[sure].mean() > 0.9
    assert mated[sure].sum() > 200
    pairs = set(zip(scored.left.tolist(), scored.right.tolist(), strict=True))
    assert len(pairs) == len(scored.scores)


def with_further(columns: Records, further: dict[str, str]) -> Records:
    """Call the columns as a set does, and add some that are the same in both records."""
    found = {further.get(name, name): values for name, values in columns.columns.items()}
    constant = [f"{'abcdefghij'[i % 10]}{i % 150}" for i in range(150)]
    names = ("birth_place", "postcode", "occupation", "city", "email", "first_and_surname")
    return Records(found | dict.fromkeys(names, constant))


@pytest.mark.parametrize("subject", installed(*CLUSTER.values()))
def test_a_deduplication_finds_most_people_twice(subject: Subject) -> None:
    called = {"given_name": "first_name", "date_of_birth": "dob"}
    first, second = (with_further(records(150, seed=seed), called).columns for seed in (1, 2))
    both = Records({name: [*values, *second[name]] for name, values in first.items()})
    peer = cast(ClusterPeer, subject.make())
    scored = peer.dedupe(both)
    sure = scored.scores >= peer.threshold
    mated = scored.left % 150 == scored.right % 150
    assert mated[sure].mean() > 0.8
    assert mated[sure].sum() > 100
    assert (scored.left != scored.right).all()

from collections import Counter

import pytest

from benchmarks.identities import (
    TAGS,
    Population,
    Probe,
    draw_probes,
    iter_records,
    make_population,
    record,
)

N = 6_000
NAME_TAGS = {"translit", "typo", "order", "drop", "initial", "trunc", "join", "split", "script"}
DATE_TAGS = {"dm_swap", "year1", "jan1", "year_only", "day", "dob_wrong"}


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(8_000, 7)


@pytest.fixture(scope="module")
def probes(people: Population) -> list[Probe]:
    return draw_probes(people, N, 3)


def test_the_same_seed_draws_the_same_probes(people: Population, probes: list[Probe]) -> None:
    assert draw_probes(people, 200, 3) == draw_probes(people, 200, 3)
    assert draw_probes(people, 200, 3) != draw_probes(people, 200, 4)


def test_a_tag_says_that_something_was_changed_and_none_that_nothing_was(
    people: Population, probes: list[Probe]
) -> None:
    for probe in probes:
        true, tags = record(people, probe.row), set(probe.tags)
        assert probe.record.identity == true.identity == people.identity[probe.row]
        assert list(probe.tags) == [tag for tag in TAGS if tag in tags]
        if len(tags & NAME_TAGS) == 1 or not tags & NAME_TAGS:  # two errors may undo each other
            assert (probe.record.words != true.words) == bool(tags & NAME_TAGS)
        assert (probe.record.birth != true.birth) == bool(tags & DATE_TAGS)
        assert (probe.record.nationality != true.nationality) == ("nationality" in tags)
        assert (probe.record.sex != true.sex) == ("sex" in tags)
        assert probe.record.words
        assert all(probe.record.words)


def test_every_kind_of_error_does_what_it_says(people: Population, probes: list[Probe]) -> None:
    seen = Counter[str]()
    for probe in probes:
        names, dates = NAME_TAGS & set(probe.tags), DATE_TAGS & set(probe.tags)
        true, found = record(people, probe.row), probe.record
        if len(dates) == 1:
            (tag,) = dates
            seen[tag] += 1
            was, now = _parts(true.birth), _parts(found.birth)
            assert {
                "dm_swap": now == (was[0], was[2], was[1]),
                "year1": abs(was[0] - now[0]) == 1,
                "jan1": now == (was[0], 1, 1),
                "year_only": now == (was[0], 0, 0),
                "day": now[:2] == was[:2],
                "dob_wrong": 1950 <= now[0] <= 2024,
            }[tag]
        if len(names) == 1:
            (tag,) = names
            seen[tag] += 1
            words, count = list(found.words), len(true.words)
            assert {
                "translit": len(words) >= count,
                "typo": len(words) == count,
                "order": sorted(words) == sorted(true.words),
                "drop": set(words) <= set(true.words) and len(words) == count - 1 >= 2,
                "initial": sum(len(word) == 1 for word in words) >= 1 and len(words) == count > 2,
                "trunc": words[-1] == true.words[-1][:5] and words[:-1] == list(true.words[:-1]),
                "join": len(words) == count - 1 and _letters(words) == _letters(true.words),
                "split": len(words) == count + 1 and _letters(words) == _letters(true.words),
                "script": not any(word.isascii() for word in words if len(word) > 3),
            }[tag]
    assert set(seen) == NAME_TAGS | DATE_TAGS


def test_errors_are_as_frequent_as_the_model_says(probes: list[Probe]) -> None:
    rates = Counter(tag for probe in probes for tag in probe.tags)
    assert 0.03 < rates["join"] / N < 0.07
    assert 0.05 < rates["year1"] / N < 0.075
    assert 0.03 < rates["dob_wrong"] / N < 0.05
    assert 0.04 < rates["nationality"] / N < 0.075
    assert 0.002 < rates["sex"] / N < 0.01
    assert 0.5 < rates["translit"] / N < 0.75
    assert 0.15 < rates["typo"] / N < 0.3
    assert 0.08 < rates["order"] / N < 0.2


def test_dates_of_probes_are_dates(probes: list[Probe]) -> None:
    for probe in probes:
        year, month, day = _parts(probe.record.birth)
        assert 1929 <= year <= 2025
        assert (month == 0 and day == 0) or (1 <= month <= 12 and 0 <= day <= 31)
        assert (month, day) != (2, 29) or year % 4 == 0


def test_records_are_spelled_out(people: Population) -> None:
    for row, found in enumerate(iter_records(people, range(50))):
        tokens = [t for t in people.tokens[row].tolist() if t >= 0]
        assert [people.vocabulary[t] for t in tokens] == list(found.words)
        assert len(found.forenames) == people.forenames[row]


def _parts(birth: int) -> tuple[int, int, int]:
    return birth // 10_000, birth // 100 % 100, birth % 100


def _letters(words: list[str] | tuple[str, ...]) -> str:
    return "".join(words).casefold()

"""The truth file, and the registry held against it: persons, links, indicators."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from eurodac import database, store
from eurodac.demo.histories import Expected, Story
from eurodac.demo.population import context_for
from eurodac.record import RecordId, Role
from eurodac.service import Service
from eurodac.settings import Settings

__all__ = ["Verdict", "check_truth", "write_truth"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the registry agrees with the truth.

    Args:
        persons: True number of people.
        persons_found: How many of them are exactly one sequence with exactly their datasets.
        links: True number of (person, record of another system) pairs.
        links_found: How many of them are linked.
        links_false: Records of other systems linked to somebody else.
        indicators: True number of indicators over all viewing States.
        indicators_found: How many of them were found.
        indicators_false: Indicators found that are not true.
    """

    persons: int
    persons_found: int
    links: int
    links_found: int
    links_false: int
    indicators: int
    indicators_found: int
    indicators_false: int

    @property
    def agrees(self) -> bool:
        """Whether everything that is true was found and nothing else."""
        return (
            self.persons == self.persons_found
            and self.links == self.links_found
            and self.indicators == self.indicators_found
            and self.links_false == self.indicators_false == 0
        )


def write_truth(path: Path, stories: Iterable[Story], *, seed: int) -> None:
    """Write what is true of the population, for anybody who wants to check."""
    body = {
        "seed": seed,
        "persons": [
            {
                "person": story.person.number,
                "eurodac": [c.number for c in story.captures if c.kind not in ("ees", "vis")],
                "ees": [f"ees:{story.person.number}" for c in story.captures if c.kind == "ees"],
                "vis": [c.number for c in story.captures if c.kind == "vis"],
                "indicators": [
                    {"viewing_state": e.viewing_state, "rule": e.rule, "points_to": e.points_to}
                    for e in sorted(story.expected)
                ],
            }
            for story in stories
        ],
    }
    path.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


def check_truth(
    service: Service,
    truth: Path,
    ids: Mapping[str, str],
    *,
    settings: Settings,
    at: datetime,
) -> Verdict:
    """Hold the registry against the truth file.

    Sequences and links are read from the database; indicators are asked for as an immigration unit
    of every State that has a dataset of the person, which sees all of them.
    """
    persons: Sequence[dict[str, Any]] = json.loads(truth.read_text("utf-8"))["persons"]
    engine = database.create_engine(settings.url)
    persons_found = links = links_found = links_false = 0
    expected: set[tuple[int, Expected]] = set()
    found: set[tuple[int, Expected]] = set()
    for person in persons:
        number = int(person["person"])
        own = {RecordId(ids[key]) for key in person["eurodac"]}
        others = {RecordId(ids[key]) for key in (*person["ees"], *person["vis"])}
        with database.read(engine) as session:
            component = store.component(session, next(iter(own)))
            datasets = store.get_datasets(session, own)
        persons_found += component.records == own
        linked = {end for link in component.cross for end in (link.low, link.high)} - own
        links += len(others)
        links_found += len(others & linked)
        links_false += len(linked - others)
        expected |= {(number, Expected(**item)) for item in person["indicators"]}
        for dataset in datasets.values():
            context = context_for(dataset.member_state, at, role=Role.IMMIGRATION_UNIT, purpose="c")
            view = service.person(context, dataset.id)
            found |= {
                (number, Expected(dataset.member_state, i.rule, i.points_to))
                for i in view.indicators
            }
    engine.dispose()
    return Verdict(
        persons=len(persons),
        persons_found=persons_found,
        links=links,
        links_found=links_found,
        links_false=links_false,
        indicators=len(expected),
        indicators_found=len(expected & found),
        indicators_false=len(found - expected),
    )

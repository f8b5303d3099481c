"""The demonstration: a population through the real pipeline, held against its truth."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from eurodac.demo.histories import HERO, Story, make_stories
from eurodac.demo.population import context_for, play
from eurodac.demo.prints import Prints, draw_prints
from eurodac.demo.truth import Verdict, check_truth, write_truth
from eurodac.errors import ConflictError
from eurodac.record import Role
from eurodac.service import Service, initialise, open_service
from eurodac.settings import Settings
from eurodac.views import PersonView

__all__ = ["Demonstration", "run"]

START = datetime(2026, 6, 12, tzinfo=UTC)
TODAY = datetime(2026, 10, 12, 3, tzinfo=UTC)  # the night on which the case is looked at
VIEWING_STATE = "DE"
_MARKER = "truth.json"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration made.

    Args:
        persons: People in the population.
        datasets: Eurodac datasets.
        records: Records of EES and VIS.
        images: Fingerprint images that went through extraction.
        verdict: The registry against the truth file.
        case: The person whose case is told, as seen by an immigration unit of Germany.
    """

    persons: int
    datasets: int
    records: int
    images: int
    verdict: Verdict
    case: PersonView


def run(directory: Path, *, seed: int, console: Console) -> Demonstration:
    """Make the registry of the demonstration anew and hold it against its truth.

    Args:
        directory: Emptied if it holds an earlier demonstration; must otherwise be empty.
        seed: 0 or more; the same seed gives the same population.
        console: Where progress is shown.

    Raises:
        ConflictError: the directory holds something else.

    Cost: about 155 core-seconds, most of it extraction with NFIQ 2.
    """
    _empty(directory)
    settings = Settings(home=directory, database_url="", key_file=None)
    stories = tuple(make_stories(seed))
    truth = directory / _MARKER
    write_truth(truth, stories, seed=seed)
    with _progress(console) as progress:
        prints = _draw(stories, seed, progress)
        initialise(settings, at=START)
        service = open_service(settings, at=START)
        try:
            steps = sum(len(story.steps) for story in stories)
            task = progress.add_task("transmit, extract, compare, link", total=steps)
            ids = play(service, stories, prints, done=lambda: progress.advance(task))
            verdict = check_truth(service, truth, ids, settings=settings, at=TODAY)
            case = _case(service, stories, ids)
        finally:
            service.close()
    captures = [capture for story in stories for capture in story.captures]
    records = sum(capture.kind in ("ees", "vis") for capture in captures)
    return Demonstration(
        persons=len(stories),
        datasets=len(captures) - records,
        records=records,
        images=sum(len(capture.fingers) for capture in captures),
        verdict=verdict,
        case=case,
    )


def _empty(directory: Path) -> None:
    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARKER).is_file():
            raise ConflictError(
                "directory_in_use",
                "the directory holds something that is no demonstration; nothing was changed",
            )
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _draw(
    stories: tuple[Story, ...], seed: int, progress: Progress
) -> dict[int, tuple[Prints, ...]]:
    task = progress.add_task("draw synthetic fingerprints", total=len(stories))
    prints = {}
    for person, drawn in draw_prints(stories, seed=seed):
        prints[person] = drawn
        progress.advance(task)
    return prints


def _case(service: Service, stories: tuple[Story, ...], ids: dict[str, str]) -> PersonView:
    hero = next(story for story in stories if story.person.number == HERO)
    number = next(
        c.number for c in hero.captures if c.state == VIEWING_STATE and c.kind == "applicant"
    )
    context = context_for(VIEWING_STATE, TODAY, role=Role.IMMIGRATION_UNIT, purpose="c")
    return service.person(context, ids[number])

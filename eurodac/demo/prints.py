"""Finger images of a population, made in parallel processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from eurodac.demo.fingerprints import finger_seed, impression_seed, make_master, take_impression
from eurodac.demo.histories import Story
from matching.codec import image

__all__ = ["Prints", "draw_prints"]

PROCESSES = 2
# Position -> encoded image, for one capture.
Prints = Mapping[int, tuple[str, bytes]]


def draw_prints(stories: Sequence[Story], *, seed: int) -> Iterator[tuple[int, tuple[Prints, ...]]]:
    """Draw the impressions of every capture of every story.

    Args:
        stories: The stories.
        seed: Of the population; a person has the same fingers in every capture.

    Yields:
        Number of the person and the prints of each capture, in the order of the story.

    Cost: 0.1 s per finger and 0.03 s per impression and core.
    """
    plans = [
        (seed, story.person.number, tuple(capture.fingers for capture in story.captures))
        for story in stories
    ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, plans)


def _draw(plan: tuple[int, int, tuple[tuple[int, ...], ...]]) -> tuple[int, tuple[Prints, ...]]:
    seed, person, captures = plan
    seeds = {position: finger_seed(seed, person, position) for position in set().union(*captures)}
    masters = {position: make_master(each) for position, each in seeds.items()}
    # One person's prints go through the lossy standard compression, everyone else's are lossless.
    media_type = "image/x-wsq" if person == 1 else "image/png"
    drawn = []
    for number, fingers in enumerate(captures):
        prints = {}
        for position in fingers:
            pixels = take_impression(masters[position], impression_seed(seeds[position], number))
            prints[position] = (media_type, image.encode(pixels, media_type))
        drawn.append(prints)
    return person, tuple(drawn)

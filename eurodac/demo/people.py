"""Synthetic people: identities that exist nowhere, and an obviously artificial portrait."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from eurodac.record import PartialDate, Sex

__all__ = ["Person", "make_person", "portrait"]

_ORIGINS = tomllib.loads(files("eurodac.demo").joinpath("names.toml").read_text("utf-8"))["origin"]


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person.

    Args:
        number: 1, 2, ...; also seeds the person's fingers.
        surname: As transmitted by default.
        forename: As transmitted by default.
        sex: Male or female.
        nationality: Three letters.
        birth: Full date of birth.
        birthplace: A town of that country.
    """

    number: int
    surname: str
    forename: str
    sex: Sex
    nationality: str
    birth: PartialDate
    birthplace: str


def make_person(number: int, rng: np.random.Generator, *, nationality: str | None = None) -> Person:
    """Draw one person; the same generator state gives the same person."""
    choices = [o for o in _ORIGINS if nationality in (None, o["nationality"])]
    origin = choices[rng.integers(len(choices))]
    sex = Sex.MALE if rng.random() < 0.6 else Sex.FEMALE

    def draw(key: str) -> str:
        values: list[str] = origin[key]
        return values[rng.integers(len(values))]

    forename = draw("male" if sex is Sex.MALE else "female")
    birth = PartialDate(
        int(rng.integers(1966, 2008)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    )
    return Person(
        number, draw("surnames"), forename, sex, origin["nationality"], birth, draw("places")
    )


def portrait(number: int) -> bytes:
    """Draw a face that nobody can take for a photograph: 240 x 320 PNG with the word SPECIMEN."""
    rng = np.random.default_rng([number, 240])
    tint = tuple(int(v) for v in rng.integers(150, 226, 3))
    image = Image.new("RGB", (240, 320), (236, 239, 242))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 50, 180, 210), fill=tint, outline=(60, 60, 60), width=3)
    draw.rectangle((40, 235, 200, 320), fill=tint, outline=(60, 60, 60), width=3)
    for x in (95, 145):
        draw.ellipse((x - 8, 105, x + 8, 121), fill=(60, 60, 60))
    draw.line((100, 170, 140, 170), fill=(60, 60, 60), width=4)
    draw.text((82, 270), f"SPECIMEN {number}", fill=(30, 30, 30))
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()

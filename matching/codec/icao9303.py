"""Machine readable zones of ICAO Doc 9303: TD1, TD2 and TD3, and visas of the last two sizes.

Source: ICAO Doc 9303, parts 3 to 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from matching.date import PartialDate
from matching.errors import DateError, MrzError

__all__ = ["MachineReadableZone", "MrzFormat", "check_digit", "read_mrz"]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (7, 3, 1)
_EXPIRY_YEARS_AHEAD = 50


class MrzFormat(StrEnum):
    """Size of the document."""

    TD1 = "TD1"  # card: 3 lines of 30
    TD2 = "TD2"  # 2 lines of 36
    TD3 = "TD3"  # passport: 2 lines of 44


_SIZES = {90: (MrzFormat.TD1, 30), 72: (MrzFormat.TD2, 36), 88: (MrzFormat.TD3, 44)}


@dataclass(frozen=True, slots=True, repr=False)
class MachineReadableZone:
    """What a zone says.

    Args:
        format: Size.
        document_type: One or two letters; V... for a visa.
        issuing_state: Up to three letters, as printed (D for Germany).
        surname: Primary identifier; words separated by one space.
        forenames: Secondary identifier, may be "".
        names_may_be_truncated: The names fill their field to its end.
        number: Document number, without fillers.
        nationality: Up to three letters, as printed.
        date_of_birth: None if not even the year is known.
        sex: ``M``, ``F`` or ``X`` (not specified).
        expires_on: None if not given.
        optional: Optional data, without fillers at the ends.
        failed_checks: Fields whose check digit is wrong: ``number``, ``date_of_birth``,
            ``expires_on``, ``optional``, ``composite``.
    """

    format: MrzFormat
    document_type: str
    issuing_state: str
    surname: str
    forenames: str
    names_may_be_truncated: bool
    number: str
    nationality: str
    date_of_birth: PartialDate | None
    sex: str
    expires_on: PartialDate | None
    optional: str
    failed_checks: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether every check digit is right."""
        return not self.failed_checks


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields where they stand; each check pairs a text with the character that proves it."""

    names: str
    number: str
    number_check: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: str
    checks: dict[str, tuple[str, str]]


def check_digit(text: str) -> str:
    """Compute the check digit of a field.

    Args:
        text: Upper case letters, digits and fillers.

    Raises:
        ValueError: another character.

    Examples:
        >>> check_digit("520727")
        '3'
    """
    values = (0 if character == "<" else _ALPHABET.index(character) for character in text)
    return str(sum(v * _WEIGHTS[i % 3] for i, v in enumerate(values)) % 10)


def read_mrz(text: str, *, reference_year: int) -> MachineReadableZone:
    """Read a zone that was typed or scanned.

    Args:
        text: Its lines; white space is ignored, letters may be small.
        reference_year: Year of now. A two-digit year of birth is the last one that is not after it
            (so people of a hundred years and more come out a century too young); an expiry lies at
            most 50 years after it.

    Returns:
        What it says. A wrong check digit is no error, because whoever reads a torn document needs
        the rest; see ``failed_checks``.

    Raises:
        MrzError: ``mrz_length``, ``mrz_character``, ``mrz_date`` or ``mrz_sex``; nothing is quoted.

    Examples:
        >>> zone = read_mrz(
        ...     "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
        ...     "L898902C36UTO7408122F1204159ZE184226B<<<<<10", reference_year=2026)
        >>> zone.surname, zone.forenames, zone.number, str(zone.date_of_birth), zone.is_valid
        ('ERIKSSON', 'ANNA MARIA', 'L898902C3', '1974-08-12', True)
    """
    compact = "".join(text.split()).upper()
    if len(compact) not in _SIZES:
        raise MrzError("mrz_length", "a zone has 3 lines of 30, 2 of 36 or 2 of 44 characters")
    if not re.fullmatch(r"[0-9A-Z<]+", compact):
        raise MrzError("mrz_character", "a zone has only A to Z, 0 to 9 and the filler <")
    size, width = _SIZES[len(compact)]
    lines = [compact[at : at + width] for at in range(0, len(compact), width)]
    is_visa = compact[0] == "V"
    fields = _td1(lines) if size is MrzFormat.TD1 else _two_lines(lines, is_visa=is_visa)
    surname, _, forenames = fields.names.partition("<<")
    return MachineReadableZone(
        format=size,
        document_type=compact[:2].strip("<"),
        issuing_state=_plain(compact[2:5]),
        surname=_plain(surname),
        forenames=_plain(forenames),
        names_may_be_truncated=not fields.names.endswith("<"),
        number=_plain(fields.number),
        nationality=_plain(fields.nationality),
        date_of_birth=_date(fields.birth, latest_year=reference_year),
        sex=_sex(fields.sex),
        expires_on=_date(fields.expiry, latest_year=reference_year + _EXPIRY_YEARS_AHEAD),
        optional=_plain(fields.optional),
        failed_checks=tuple(
            name for name, (proved, digit) in fields.checks.items() if not _proves(digit, proved)
        ),
    )


def _td1(lines: list[str]) -> _Fields:
    first, second, third = lines
    number, number_check, optional = _long_number(first[5:14], first[14], first[15:])
    composite = first[5:] + second[:7] + second[8:15] + second[18:29]
    return _Fields(
        names=third,
        number=number,
        number_check=number_check,
        nationality=second[15:18],
        birth=second[:6],
        sex=second[7],
        expiry=second[8:14],
        optional=f"{optional}<{second[18:29]}",
        checks={
            "number": (number, number_check),
            "date_of_birth": (second[:6], second[6]),
            "expires_on": (second[8:14], second[14]),
            "composite": (composite, second[29]),
        },
    )


def _two_lines(lines: list[str], *, is_visa: bool) -> _Fields:
    first, second = lines
    is_passport = len(second) == 44
    optional = second[28:42] if is_passport else second[28:35]
    number, number_check = second[:9], second[9]
    if is_visa:
        optional = second[28:]
    elif not is_passport:
        number, number_check, optional = _long_number(number, number_check, optional)
    checks = {
        "number": (number, number_check),
        "date_of_birth": (second[13:19], second[19]),
        "expires_on": (second[21:27], second[27]),
    }
    if is_passport and not is_visa:
        checks["optional"] = (optional, second[42])
    if not is_visa:
        checks["composite"] = (second[:10] + second[13:20] + second[21:-1], second[-1])
    return _Fields(
        names=first[5:],
        number=number,
        number_check=number_check,
        nationality=second[10:13],
        birth=second[13:19],
        sex=second[20],
        expiry=second[21:27],
        optional=optional,
        checks=checks,
    )


def _long_number(number: str, check: str, optional: str) -> tuple[str, str, str]:
    """Take the rest of a long number and its check digit from the optional data.

    A filler in place of the check digit says so; the rest ends with the digit, before a filler.
    """
    rest, _, remaining = optional.partition("<")
    if check != "<" or not rest:
        return number, check, optional
    return number + rest[:-1], rest[-1], remaining


def _proves(digit: str, text: str) -> bool:
    """Check a digit; a field of fillers only may have a filler as its digit."""
    return digit == check_digit(text) or (digit == "<" and not text.strip("<"))


def _plain(field: str) -> str:
    return " ".join(field.replace("<", " ").split())


def _sex(character: str) -> str:
    if character not in "MF<X":
        raise MrzError("mrz_sex", "the sex is M, F or the filler; read the line again")
    return "X" if character == "<" else character


def _date(digits: str, *, latest_year: int) -> PartialDate | None:
    parts = [digits[at : at + 2] for at in (0, 2, 4)]
    if parts[0] == "<<":
        return None
    try:
        year, month, day = (0 if part == "<<" else int(part) for part in parts)
        return PartialDate.read(latest_year - (latest_year - year) % 100, month, day)
    except (ValueError, DateError):
        raise MrzError("mrz_date", "a date is no date; read the line again") from None

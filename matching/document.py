"""Numbers of documents: brought to one form, and what two of them have to do with each other."""

from __future__ import annotations

import unicodedata
from enum import IntEnum

from matching.codec.icao9303 import check_digit
from matching.edits import is_one_edit

__all__ = [
    "NumberRelation",
    "compare_normalised",
    "compare_numbers",
    "ends_with_check_digit",
    "fold_lookalikes",
    "forms_of_number",
    "is_placeholder",
    "normalise_number",
]

# Letters that are read as digits, by eye and by machine, in the order of the digits.
_LOOKALIKES = str.maketrans("OIZSB", "01258")
_SHORTEST = 5  # what is shorter is carried by many
# What is written where there is no number; a fact about forms, in the languages of their fields.
_NO_NUMBER = {
    "UNKNOWN", "UNSPECIFIED", "MISSING", "NOTAVAILABLE", "NOTAPPLICABLE", "NONUMBER",
    "NODOCUMENT", "WITHOUT", "UNDOCUMENTED", "PASSPORT", "PASSEPORT", "REISEPASS", "PASAPORTE",
    "PASSAPORTO", "IDCARD", "IDENTITYCARD", "DOCUMENT", "NUMBER", "INCONNU", "UNBEKANNT",
    "DESCONOCIDO", "SCONOSCIUTO", "NIEZNANY", "KEINE", "AUCUN", "NINGUNO", "NESSUNO", "STOLEN",
}  # fmt: skip
_IN_ORDER = ("0123456789", "1234567890", "9876543210")


class NumberRelation(IntEnum):
    """What two numbers have to do with each other; the first that holds, in this order."""

    MISSING = 0  # one of them is not there, or stands where there is none: UNKNOWN, 00000, 1
    EQUAL = 1
    EQUAL_AFTER_CONFUSION = 2  # O/0, I/1, Z/2, S/5 and B/8 were taken for each other, or the check
    # digit that follows it in a machine readable zone was taken for a part of the number
    ONE_EDIT = 3  # one character was inserted, left out or replaced
    DIFFERENT = 4


def normalise_number(number: str) -> str:
    """Bring a number to the form in which it is compared.

    Returns:
        Its letters and digits, upper case, digits of every script as 0-9; separators, fillers of a
        machine readable zone and everything else are left out. May be empty.

    Cost: O(n).

    Examples:
        >>> normalise_number("ab-12 34/٥<<")
        'AB12345'
    """
    compatible = unicodedata.normalize("NFKC", number).upper()
    return "".join(
        str(unicodedata.digit(character, character))
        for character in compatible
        if _counts(character)
    )


def compare_numbers(a: str | None, b: str | None) -> NumberRelation:
    """Name the relation of two document numbers, as they were written.

    Returns:
        The first relation that holds; the same for (b, a).

    Cost: O(n), about 3 microseconds.

    Examples:
        >>> compare_numbers("L898902C3", "l89 8902-c3").name
        'EQUAL'
        >>> compare_numbers("AO12345", "A012345").name
        'EQUAL_AFTER_CONFUSION'
    """
    return compare_normalised(normalise_number(a or ""), normalise_number(b or ""))


def compare_normalised(a: str, b: str) -> NumberRelation:
    """Name the relation of two numbers that ``normalise_number`` made.

    Examples:
        >>> compare_normalised("L898902C3", "L898902C36").name
        'EQUAL_AFTER_CONFUSION'
        >>> compare_normalised("L898902C3", "L898902C37").name
        'ONE_EDIT'
    """
    if is_placeholder(a) or is_placeholder(b):
        return NumberRelation.MISSING
    if a == b:
        return NumberRelation.EQUAL
    checked = max(a, b, key=len)
    copied = checked[:-1] == min(a, b, key=len) and ends_with_check_digit(checked)
    if copied or fold_lookalikes(a) == fold_lookalikes(b):
        return NumberRelation.EQUAL_AFTER_CONFUSION
    return NumberRelation.ONE_EDIT if is_one_edit(a, b) else NumberRelation.DIFFERENT


def is_placeholder(number: str) -> bool:
    """Say whether a normalised number is none, or stands where there is none.

    Too short to be anybody's own, one character only, digits in order, or a word that says so.

    Examples:
        >>> [is_placeholder(text) for text in ("UNKNOWN", "000000000", "1", "AB1234")]
        [True, True, True, False]
    """
    return (
        len(number) < _SHORTEST
        or len(set(number)) == 1
        or any(number in digits for digits in _IN_ORDER)
        or number in _NO_NUMBER
    )


def forms_of_number(number: str) -> tuple[str, ...]:
    """Give the forms under which a number is found by another writing of it.

    Returns:
        Of two numbers that are equal, or equal after confusion, one form at least is the same. None
        of a placeholder.

    Examples:
        >>> forms_of_number("AB-12345")
        ('A812345',)
        >>> forms_of_number("L8989O2C3<6")
        ('L898902C36', 'L898902C3')
    """
    text = normalise_number(number)
    if is_placeholder(text):
        return ()
    folded = fold_lookalikes(text)
    checked = ends_with_check_digit(text) or ends_with_check_digit(folded)
    return (folded, folded[:-1]) if checked and not is_placeholder(text[:-1]) else (folded,)


def fold_lookalikes(number: str) -> str:
    """Write the letters that are read as digits as those digits.

    Examples:
        >>> fold_lookalikes("AO12345")
        'A012345'
    """
    return number.translate(_LOOKALIKES)


def ends_with_check_digit(number: str) -> bool:
    """Say whether the last character is the check digit (ICAO 9303) of those before it.

    One in ten of other numbers looks so by chance.

    Examples:
        >>> ends_with_check_digit("L898902C36"), ends_with_check_digit("L898902C4")
        (True, False)
    """
    return len(number) > 1 and number.isascii() and number[-1] == check_digit(number[:-1])


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"

"""What is wrong with a message is said in plain words, and never quotes it."""

import pytest

from eurodac.errors import FieldRefusedError
from eurodac.shapes import read_shape
from eurodac.transmission.identity import IdentityModel

OF_THE_LIBRARY = ("Input should", "String should", "Field required", "Extra inputs", "pattern")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"text": "x" * 201}, "text is malformed: it must have at most 200 characters"),
        ({"text": 7}, "text is malformed: it must be text"),
        ({"text": "a", "nationality": "Syria"}, "three capital letters, for example SYR"),
        ({"text": "a", "nationality": "QQQ"}, "no country and no kind of travel document"),
        ({"text": "a", "sex": "W"}, "it must be 'M', 'F' or 'X'"),
        ({"text": "a", "k": 51}, "it must be 50 or less"),
        ({"text": "a", "k": "5"}, "it must be a whole number"),
        ({"text": "a", "other": 1}, "there is no such field"),
        ({"text": "a", "date_of_birth": 1990}, "it must be an object with fields"),
        ({"text": "a", "date_of_birth": {}}, "date_of_birth.year is malformed: it is needed"),
        ({"text": "a", "date_of_birth": {"year": 0}}, "it must be 1 or more"),
        ({"text": "a", "date_of_birth": {"year": 1990, "month": 13}}, "it must be 12 or less"),
        ({"text": "a", "date_of_birth": {"year": 1990, "day": 2}}, "a day needs its month"),
        ({"text": "a", "date_of_birth": {"year": 1990, "month": 2, "day": 30}}, "no such day"),
        ({}, "give a name"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(message: dict[str, object], why: str) -> None:
    with pytest.raises(FieldRefusedError) as caught:
        read_shape(message, IdentityModel, article="x")
    text = str(caught.value)
    assert why in text
    assert not any(words in text for words in OF_THE_LIBRARY)

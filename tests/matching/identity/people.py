"""Small identity references for tests."""

from matching.date import PartialDate
from matching.identity import Identity
from matching.identity.gallery import IdentityGallery, IdentityReference
from matching.name.read import read_name

BORN = PartialDate(1990, 5, 3)


def person(
    key: str, *names: str, attributes: int = 1, born: PartialDate | None = BORN
) -> IdentityReference:
    read = tuple(read_name(text=name) for name in names)
    return IdentityReference(key, attributes, read, born, "SYR", "M")


def who(text: str, born: PartialDate | None = BORN, nationality: str = "SYR") -> Identity:
    codes = frozenset([nationality] if nationality else [])
    return Identity((read_name(text=text),), (born,) if born else (), codes, "M")


def gallery(*people: IdentityReference) -> IdentityGallery:
    made = IdentityGallery()
    made.enrol(people)
    return made


def parts_of(held: IdentityGallery) -> list[bytes]:
    parts: list[bytes] = []
    assert held.dump(parts.append) == len(held)
    return parts

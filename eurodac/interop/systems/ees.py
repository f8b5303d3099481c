"""Entry/Exit System: files of visa-exempt travellers with their entries and exits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from eurodac import store
from eurodac.errors import FieldRefusedError
from eurodac.interop.systems.protocol import Incoming
from eurodac.interop.systems.shapes import PersonMessage, StateCode, check_fingers
from eurodac.law.comparison import systems_rule
from eurodac.record import EesCrossing, EesFile, RecordId, System
from eurodac.shapes import Day, Moment, Shape, read_shape

__all__ = ["EesAdapter", "read_crossing", "read_file"]

_FILE = "32017R2226#art17"
_CROSSING = "32017R2226#art16.2"
_RIGHT, _LEFT = frozenset({2, 3, 4, 5}), frozenset({7, 8, 9, 10})


class _Crossing(Shape):
    kind: Literal["entry", "exit"]
    at: Moment
    member_state: StateCode
    authorised_until: Day | None = None


class _File(PersonMessage):
    crossings: Annotated[tuple[_Crossing, ...], Field(max_length=1000)] = ()


def read_file(
    message: object, *, member_state: str, record_id: RecordId, at: datetime
) -> Incoming[EesFile]:
    """Read the individual file of a visa-exempt traveller.

    Args:
        message: JSON object: names, nationalities, sex, date_of_birth, documents?, fingerprints
            (four of the right hand, else of the left), crossings?.
        member_state: State that creates the file.
        record_id: Id that the record will have.
        at: When the file is created; crossings cannot lie later.

    Returns:
        The file and its finger entries.

    Raises:
        FieldRefusedError: what is wrong, with field and article; nothing is quoted.

    Law: 32017R2226#art17
    """
    body = read_shape(message, _File, article=_FILE)
    fingers = check_fingers(body, hands=(_RIGHT, _LEFT), taken_on=at.date(), article=_FILE)
    crossings = tuple(
        _crossing(each, at, f"crossings[{index}].") for index, each in enumerate(body.crossings)
    )
    if len({(each.kind, each.at) for each in crossings}) < len(crossings):
        raise FieldRefusedError(
            "crossing_duplicate",
            "crossings names the same entry or exit twice; send each once",
            field="crossings",
            article=_CROSSING,
        )
    file = EesFile(
        id=record_id,
        member_state=member_state,
        created_at=at,
        crossings=crossings,
        **body.identity(),
    )
    return Incoming(file, fingers)


def read_crossing(message: object, *, at: datetime) -> EesCrossing:
    """Read an entry or exit record: kind, at, member_state, authorised_until?.

    Args:
        message: JSON object.
        at: Now; the crossing cannot lie later.

    Raises:
        FieldRefusedError: what is wrong, with field and article.

    Law: 32017R2226#art16.2
    """
    return _crossing(read_shape(message, _Crossing, article=_CROSSING), at, "")


def _crossing(body: _Crossing, at: datetime, where: str) -> EesCrossing:
    def refused(code: str, field: str, why: str) -> FieldRefusedError:
        path = f"{where}{field}"
        return FieldRefusedError(code, f"{path} {why}", field=path, article=_CROSSING)

    if body.at > at:
        raise refused("date_in_future", "at", "lies in the future")
    if body.authorised_until is not None:
        if body.kind == "exit":
            raise refused("field_forbidden", "authorised_until", "goes with an entry only")
        if body.authorised_until < body.at.date():
            raise refused("date_order", "authorised_until", "lies before the entry")
    return EesCrossing(body.kind, body.at, body.member_state, body.authorised_until)


class EesAdapter:
    """EES behind the protocol of systems."""

    system = System.EES

    @property
    def searches(self) -> frozenset[System]:
        """Eurodac and VIS; never EES itself."""
        return frozenset(System(name) for name in systems_rule(self.system).searches)

    def load(self, session: Session, record_ids: Iterable[RecordId]) -> dict[RecordId, EesFile]:
        """Load files with their crossings."""
        return store.get_ees_files(session, record_ids)

    def describe(self, record: EesFile) -> str:
        """Say what the file is.

        Returns:
            For example ``"EES file created by IT with 1 entry and 0 exits"``.
        """
        kinds = [crossing.kind for crossing in record.crossings]
        entries, exits = kinds.count("entry"), kinds.count("exit")
        return (
            f"EES file created by {record.member_state} with {_count(entries, 'entry', 'entries')} "
            f"and {_count(exits, 'exit', 'exits')}"
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"

"""Visa Information System: applications and the decisions on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from eurodac import store
from eurodac.errors import ConflictError, FieldRefusedError
from eurodac.interop.systems.protocol import Incoming
from eurodac.interop.systems.shapes import PersonMessage, StateCode, check_fingers
from eurodac.law.comparison import systems_rule
from eurodac.record import RecordId, System, VisApplication, VisaState
from eurodac.shapes import Day, Shape, Text, read_shape

__all__ = ["VisAdapter", "read_application", "read_decision"]

_APPLICATION = "32008R0767#art9"
_ARTICLES: Mapping[VisaState, str] = {
    VisaState.ISSUED: "32008R0767#art10",
    VisaState.REFUSED: "32008R0767#art12",
    VisaState.ANNULLED: "32008R0767#art13",
    VisaState.REVOKED: "32008R0767#art13",
}
_BEFORE: Mapping[VisaState, VisaState] = {
    VisaState.ISSUED: VisaState.APPLIED,
    VisaState.REFUSED: VisaState.APPLIED,
    VisaState.ANNULLED: VisaState.ISSUED,
    VisaState.REVOKED: VisaState.ISSUED,
}
# 767/2008, Article 12(2): false document, purpose, means, 90/180 used, SIS alert, threat,
# insurance; unreliable; no intention to leave; border application not justified.
_GROUNDS = frozenset(
    {"a.i", "a.ii", "a.iii", "a.iv", "a.v", "a.vi", "a.vii", "b", "c", "d"},
)
_ALL_FINGERS = frozenset(range(1, 11))


class _Application(PersonMessage):
    application_number: Text
    represented_member_state: StateCode | None = None
    lodged_on: Day


class _Decision(Shape):
    state: VisaState
    decided_on: Day
    valid_from: Day | None = None
    valid_until: Day | None = None
    refusal_grounds: Annotated[tuple[Text, ...], Field(max_length=10)] = ()


def read_application(
    message: object, *, member_state: str, record_id: RecordId, at: datetime
) -> Incoming[VisApplication]:
    """Read an application that was lodged; the decision comes with ``read_decision``.

    Args:
        message: JSON object: application_number, lodged_on, represented_member_state?, names,
            nationalities, sex, date_of_birth, documents?, fingerprints.
        member_state: State that deals with the application.
        record_id: Id that the record will have.
        at: When it is recorded.

    Returns:
        The application, in state APPLIED, and its finger entries.

    Raises:
        FieldRefusedError: what is wrong, with field and article; nothing is quoted.

    Law: 32008R0767#art9
    """
    body = read_shape(message, _Application, article=_APPLICATION)
    fingers = check_fingers(
        body, hands=(_ALL_FINGERS,), taken_on=body.lodged_on, article=_APPLICATION
    )
    if body.lodged_on > at.date():
        raise _refused("date_in_future", "lodged_on", "lies in the future", _APPLICATION)
    if body.represented_member_state == member_state:
        raise _refused(
            "represented_state",
            "represented_member_state",
            "is the State itself; leave it out",
            _APPLICATION,
        )
    application = VisApplication(
        id=record_id,
        member_state=member_state,
        represented_member_state=body.represented_member_state,
        application_number=body.application_number,
        lodged_on=body.lodged_on,
        state=VisaState.APPLIED,
        created_at=at,
        **body.identity(),
    )
    return Incoming(application, fingers)


def read_decision(message: object, *, application: VisApplication, at: datetime) -> VisApplication:
    """Read a decision on a stored application.

    Args:
        message: JSON object: state, decided_on; valid_from and valid_until for an issued visa;
            refusal_grounds for a refused one.
        application: As stored.
        at: Now; the decision cannot lie later.

    Returns:
        The application after the decision. An annulled or revoked visa keeps its validity, and its
        ``decided_on`` is the day of annulment or revocation.

    Raises:
        FieldRefusedError: what is wrong, with field and article.
        ConflictError: ``visa_state``: such a decision does not follow on the stored state.

    Law: 32008R0767#art10, art12, art13
    """
    body = read_shape(message, _Decision, article=_APPLICATION)
    if body.state not in _BEFORE:
        raise _refused("closed_list", "state", "must be a decision", _APPLICATION)
    article = _ARTICLES[body.state]
    if _BEFORE[body.state] is not application.state:
        raise ConflictError(
            "visa_state",
            f"an application that is {application.state} cannot become {body.state}",
            article=article,
        )
    earliest = application.decided_on or application.lodged_on
    _check_days(body, earliest=earliest, latest=at.date(), article=article)
    _check_grounds(body, article)
    issued = body.state is VisaState.ISSUED
    return replace(
        application,
        state=body.state,
        decided_on=body.decided_on,
        valid_from=body.valid_from if issued else application.valid_from,
        valid_until=body.valid_until if issued else application.valid_until,
        refusal_grounds=body.refusal_grounds,
    )


def _check_days(body: _Decision, *, earliest: date, latest: date, article: str) -> None:
    if body.decided_on > latest:
        raise _refused("date_in_future", "decided_on", "lies in the future", article)
    if body.decided_on < earliest:
        raise _refused("date_order", "decided_on", "lies before the step before it", article)
    first, last = body.valid_from, body.valid_until
    if body.state is not VisaState.ISSUED:
        for field in ("valid_from", "valid_until"):
            if getattr(body, field) is not None:
                raise _refused("field_forbidden", field, "goes with an issued visa only", article)
        return
    if first is None or last is None:
        missing = "valid_from" if first is None else "valid_until"
        raise _refused("field_required", missing, "is required for an issued visa", article)
    if last < first:
        raise _refused("date_order", "valid_until", "lies before valid_from", article)


def _check_grounds(body: _Decision, article: str) -> None:
    grounds = body.refusal_grounds
    if bool(grounds) is not (body.state is VisaState.REFUSED):
        code = "field_forbidden" if grounds else "field_required"
        raise _refused(code, "refusal_grounds", "goes with a refused visa, always", article)
    if not set(grounds) <= _GROUNDS or len(set(grounds)) < len(grounds):
        known = ", ".join(sorted(_GROUNDS))
        raise _refused("closed_list", "refusal_grounds", f"names each of {known} once", article)


def _refused(code: str, field: str, why: str, article: str) -> FieldRefusedError:
    return FieldRefusedError(code, f"{field} {why}", field=field, article=article)


class VisAdapter:
    """VIS behind the protocol of systems."""

    system = System.VIS

    @property
    def searches(self) -> frozenset[System]:
        """Eurodac and EES; never VIS itself."""
        return frozenset(System(name) for name in systems_rule(self.system).searches)

    def load(
        self, session: Session, record_ids: Iterable[RecordId]
    ) -> dict[RecordId, VisApplication]:
        """Load applications."""
        return store.get_vis_applications(session, record_ids)

    def describe(self, record: VisApplication) -> str:
        """Say what the application is.

        Returns:
            For example ``"VIS application of FR on behalf of BE, visa issued"``.
        """
        behalf = (
            f" on behalf of {represented}"
            if (represented := record.represented_member_state)
            else ""
        )
        decided = "not decided" if record.state is VisaState.APPLIED else f"visa {record.state}"
        return f"VIS application of {record.member_state}{behalf}, {decided}"

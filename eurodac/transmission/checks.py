"""The checks of a transmission, in the order in which they run; each names field and article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pydantic import ValidationError

from eurodac.errors import FieldRefusedError
from eurodac.law import (
    capture,
    categories,
    closed_lists,
    reference_numbers,
    retention,
    states,
    subtypes,
)
from eurodac.law.categories import FieldRule
from eurodac.law.periods import add_years
from eurodac.record import Category, NameKind, Subtype
from eurodac.shapes import DateShape, first_problem
from eurodac.transmission.model import STRUCTURE, MessageModel

__all__ = [
    "check_closed_list",
    "check_closed_values",
    "check_dates",
    "check_reference_number",
    "check_requirements",
    "check_shape",
    "check_subtype",
    "read_category",
    "refused",
]

# A sender's clock may run ahead of ours by this much before its times count as impossible.
CLOCK_SKEW = timedelta(minutes=5)
# Days of what has happened already when it is sent; documents and visas may end later.
_PAST_DAYS = (
    "event.on",
    "protection_granted_on",
    "admission_refusal.on",
    "admission_discontinued_on",
    "later.take_charge_arrival_on",
    "later.take_back_arrival_on",
    "later.left_territory_on",
    "later.return_departure_on",
    "later.relocation_arrival_on",
)


def refused(code: str, field: str, category: Category, why: str) -> FieldRefusedError:
    """Make the error of a field, with the article of its row in the category."""
    top = field.removeprefix("later.").split(".")[0].split("[")[0]
    rule = _rule(category, top)
    article = rule.article if rule else _list_article(category)
    return FieldRefusedError(code, f"{field} {why}", field=field, article=article)


def _rule(category: Category, field: str) -> FieldRule | None:
    return categories.field_rule(category, field) if field in categories.FIELDS else None


def _list_article(category: Category) -> str:
    """Give the article of the closed list: that of its first point, without the letter."""
    return categories.field_rule(category, "fingerprints").article.rpartition(".")[0]


def read_category(message: object) -> Category:
    """Give the category of a message that is an object."""
    if not isinstance(message, Mapping):
        raise FieldRefusedError("message_shape", "a transmission must be a JSON object")
    try:
        return Category(str(message.get("category")))
    except ValueError:
        known = ", ".join(Category)
        raise FieldRefusedError(
            "category_unknown", f"category must be one of {known}", field="category"
        ) from None


def check_closed_list(message: Mapping[object, object], category: Category, day: date) -> None:
    """Refuse fields that the category does not have, and categories that are not in force."""
    later = message.get("later", {})
    sent = [(str(key), str(key), "sent") for key in message if key not in STRUCTURE]
    if isinstance(later, Mapping):
        sent += [(str(key), f"later.{key}", "later") for key in later]
    for name, path, when in sent:
        rule = _rule(category, name)
        if rule is None or rule.when != when:
            raise refused(
                "field_unknown", path, category, "is not a field of this category's closed list"
            )
        if not rule.allowed:
            raise refused("field_forbidden", path, category, f"is not allowed: {rule.says}")
    rule = categories.field_rule(category, "reference_number")
    if not rule.applies_on(day):
        raise FieldRefusedError(
            "category_not_in_force",
            f"category {category} applies only from {rule.valid_from}; nothing was stored",
            field="category",
            article=rule.article,
        )


def check_shape(message: Mapping[object, object], category: Category) -> MessageModel:
    """Check types and formats; what is wrong is named, never quoted."""
    try:
        return MessageModel.model_validate(dict(message))
    except ValidationError as error:
        path, why = first_problem(error)
        raise refused("field_format", path, category, f"is malformed: {why}") from None


def check_requirements(model: MessageModel, category: Category) -> None:
    """Refuse a transmission that lacks a required field, unless a permitted reason says why."""
    given = model.given()
    for field, reason in model.missing.items():
        rule = _rule(category, field)
        if rule is None or not rule.missing_reason_allowed:
            raise refused("missing_not_allowed", field, category, "cannot be left out by a reason")
        if field in given:
            raise refused("missing_contradiction", field, category, "was sent and named missing")
        if reason not in closed_lists.closed_list("missing_reason", field).values:
            raise refused("closed_list", field, category, f"cannot be missing for: {reason}")
    for field, rule in categories.fields_of(category, when="sent").items():
        left_out = field not in given and field not in model.missing
        if rule.requirement == "required" and left_out:
            where = f'; the reason stands in "missing", under "{field}"'
            hint = where if rule.missing_reason_allowed else ""
            raise refused("field_required", field, category, f"is required: {rule.says}{hint}")
    if "names" in given:
        current = sum(name.kind is NameKind.CURRENT for name in model.names or ())
        if current != 1:
            raise refused("names_current", "names", category, "needs exactly one current name")


def check_subtype(model: MessageModel, category: Category) -> None:
    """Refuse a subtype that the category lacks, and fields that do not go with it."""
    rule = subtypes.subtype_rule(category, model.subtype)
    if rule is None:
        known = ", ".join(subtypes.subtypes_of(category))
        raise FieldRefusedError(
            "subtype_unknown",
            f"subtype {model.subtype} does not go with category {category}; it has: {known}",
            field="subtype",
            article=_list_article(category),
        )
    if (model.transferred_from is None) is (model.subtype is Subtype.TRANSFER_ARRIVAL):
        raise FieldRefusedError(
            "transferred_from",
            "transferred_from, the transferring State's reference number, goes with the subtype "
            "transfer_arrival and only with it",
            field="transferred_from",
            article="32024R1358#art16.2.a",
        )
    given = model.given()
    for field in rule.requires:
        if field not in given:
            raise FieldRefusedError(
                "field_required",
                f"{field} is required for subtype {model.subtype}",
                field=field,
                article=rule.article,
            )
    for field in rule.forbids:
        if field in given:
            raise FieldRefusedError(
                "field_forbidden",
                f"{field} is not allowed for subtype {model.subtype}",
                field=field,
                article=rule.article,
            )


def check_reference_number(model: MessageModel, category: Category, member_state: str) -> str:
    """Check grammar, digit and State of the reference number and give it back."""
    number = reference_numbers.parse(model.reference_number or "")
    digit = reference_numbers.digit_rule(category)
    if number is None:
        why, article = reference_numbers.GRAMMAR.says, reference_numbers.GRAMMAR.article
    elif number.digit != digit.digit:
        why, article = f"needs the digit {digit.digit}: {digit.says}", digit.article
    elif number.member_state != member_state:
        why, article = "must begin with the letters of the transmitting State", "32024R1358#art37.4"
    elif not states.participates(member_state, category):
        why, article = "names a State that sends no data of this category", "32024R1358#art60"
    else:
        return model.reference_number or ""
    raise FieldRefusedError(
        "reference_number", f"reference_number {why}", field="reference_number", article=article
    )


def check_closed_values(model: MessageModel, category: Category) -> None:
    """Refuse values outside the closed lists of the law."""
    flag, decision = model.later.security_flag, model.later.border_procedure_decision
    if flag is not None:
        for circumstance in flag.circumstances:
            path = "later.security_flag.circumstances"
            _in_list(circumstance, path, category, "security_flag_circumstance")
        path = "later.security_flag.source"
        _in_list(flag.source, path, category, "security_flag_source", scope=category)
    if decision is not None:
        path = "later.border_procedure_decision"
        _in_list(decision, path, category, "border_procedure_decision")
    for field in ("responsible_member_state", "relocation_member_state"):
        state = getattr(model.later, field)
        if state is not None and state not in states.CODES:
            raise refused("closed_list", f"later.{field}", category, "is not a Member State")
    visa = model.later.visa
    if visa is not None and visa.member_state not in states.CODES:
        path = "later.visa.member_state"
        raise refused("closed_list", path, category, "is not a Member State")
    scan = model.document_scan
    if scan is not None:
        rule = categories.field_rule(category, "document_scan")
        needed = rule.fallback_needs_authenticity or not scan.fallback
        if needed or scan.authenticity is not None:
            path = "document_scan.authenticity"
            _in_list(scan.authenticity, path, category, "document_authenticity")
    if model.tp_decision_reference is not None:
        _tp_decision(model.tp_decision_reference, category)


def _tp_decision(reference: str, category: Category) -> None:
    decision, field = retention.tp_decision(reference), "tp_decision_reference"
    if decision is None:
        why = "names a decision that the law table does not know, so its expiry cannot be told"
        raise refused("tp_decision_unknown", field, category, why)
    if not decision.recorded:
        raise FieldRefusedError(
            "tp_decision_excluded",
            f"{field} is not accepted: {decision.says}",
            field=field,
            article=decision.article,
        )


def _in_list(
    value: str | None, path: str, category: Category, name: str, *, scope: str = ""
) -> None:
    rule = closed_lists.closed_list(name, scope)
    if value not in rule.values:
        raise FieldRefusedError(
            "closed_list",
            f"{path} must be one of {', '.join(rule.values)}",
            field=path,
            article=rule.article,
        )


def check_dates(model: MessageModel, received_at: datetime) -> None:
    """Refuse times in the future or before the system, in the wrong order, and small children."""
    category, latest = model.category, received_at + CLOCK_SKEW
    for field in ("transmitted_at", "biometrics_taken_at"):
        moment = getattr(model, field)
        if moment is not None and moment > latest:
            raise refused("date_in_future", field, category, "lies in the future")
    born = model.date_of_birth.earliest() if model.date_of_birth else None
    if born is not None and born > latest.date():
        raise refused("date_in_future", "date_of_birth", category, "lies in the future")
    first = categories.field_rule(category, "transmitted_at").valid_from
    if model.transmitted_at and model.transmitted_at.date() < first:
        why = f"lies before {first}, the first day on which this category is transmitted"
        raise refused("date_before_start", "transmitted_at", category, why)
    _check_days(model, born=born, latest=latest.date())
    if model.transmitted_at and model.biometrics_taken_at:
        if model.biometrics_taken_at > model.transmitted_at:
            raise refused(
                "date_order", "biometrics_taken_at", category, "lies after transmitted_at"
            )
        if model.date_of_birth is not None:
            _minimum_age(model.date_of_birth, model.biometrics_taken_at.date(), category)


def _check_days(model: MessageModel, *, born: date | None, latest: date) -> None:
    """Refuse days of what has happened that lie in the future or before the person was born."""
    for field in _PAST_DAYS:
        value: object = model
        for part in field.split("."):
            value = getattr(value, part, None)
        if not isinstance(value, date):
            continue
        if value > latest:
            raise refused("date_in_future", field, model.category, "lies in the future")
        if born is not None and value < born:
            raise refused("date_order", field, model.category, "lies before date_of_birth")
    # The day is that of the place; nowhere is it more than one ahead of UTC.
    sent, event = model.transmitted_at, model.event
    if sent and event and event.on > sent.date() + timedelta(days=1):
        raise refused("date_order", "event.on", model.category, "lies after transmitted_at")


def _minimum_age(birth: DateShape, taken_on: date, category: Category) -> None:
    """Refuse a child whose age of six is not beyond doubt."""
    rule = capture.MINIMUM_AGE
    if add_years(birth.latest(), rule.years) > taken_on:
        raise FieldRefusedError(
            "under_age",
            "biometrics of a child who is, or may be, under six are not taken; nothing was stored",
            field="date_of_birth",
            article=rule.article,
        )

"""Access, decided once: (role, purpose, operation) -> a grant with its scope and article.

Rows of ``law/roles/*.toml`` say what is allowed; everything else is refused. What a grant lets an
actor *see* follows from its scope, and a record outside it looks exactly like one that does not
exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eurodac.errors import AccessDeniedError
from eurodac.law import roles, states
from eurodac.record import CallContext, System

__all__ = ["Grant", "authorise"]

_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What one call may do.

    Args:
        operation: What was asked for.
        scope: What it reaches; a value of ``law/roles/*.toml``.
        article: The provision that allows it.
        system: Whose records it starts from; those of every other system look like none.
    """

    operation: str
    scope: str
    article: str
    system: System


def authorise(context: CallContext, operation: str) -> Grant:
    """Decide whether this call may do this.

    Raises:
        AccessDeniedError: purpose, case reference or State is missing or unknown, or no row allows
            this role to do this for this purpose.
    """
    actor = context.actor
    if states.state_rule(actor.member_state) is None:
        raise AccessDeniedError(
            "state_unknown", "the actor's Member State does not take part; use its two-letter code"
        )
    if not _CASE.fullmatch(context.case_reference):
        raise AccessDeniedError(
            "case_reference",
            "every call needs a case reference: 1 to 64 letters, digits, dots, slashes or dashes",
            article="32024R1358#art41.1",
        )
    row = roles.allowed(actor.role, context.purpose, operation)
    if row is None or not row.applies_on(context.at.date()):
        raise AccessDeniedError(
            "not_allowed",
            f"{actor.role} may not {operation} for purpose {roles.named(context.purpose)}",
            article="32024R1358#art40",
        )
    return Grant(operation, row.scope, row.article, System(row.system))

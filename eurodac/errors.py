"""Errors of the registry.

    EurodacError                    code, message, article of law where one applies
    ├── LawError                    a law table is malformed (a programming error, at start-up)
    ├── TransmissionError           a transmission is refused; nothing was stored
    │   ├── FieldRefusedError       a field breaks the closed list, its requirement or its format
    │   └── BiometricRefusedError   a sample, template, position or NIST file cannot be used
    ├── BatchError                  a file of records cannot be linked; nothing was written
    ├── ConflictError               it contradicts what is stored (duplicate number, other body ...)
    ├── NotFoundError               no such record, or none that this actor may see
    ├── AccessDeniedError           role, purpose and operation do not go together
    ├── NotAuthenticatedError       no actor, or an identity that cannot be verified
    ├── KeyUnavailableError         the key-encryption key is missing, foreign or unsafe
    ├── NotReadyError               the gallery or database is not ready; retry later
    ├── SettingError                a setting of the operator cannot be used
    └── LogBrokenError              the log fails its chain check

No HTTP here: ``api/problems.py`` is the only map to status codes. Messages say what, why and what
to do, and never contain personal data.
"""

from __future__ import annotations

__all__ = [
    "AccessDeniedError",
    "BatchError",
    "BiometricRefusedError",
    "ConflictError",
    "EurodacError",
    "FieldRefusedError",
    "KeyUnavailableError",
    "LawError",
    "LogBrokenError",
    "NotAuthenticatedError",
    "NotFoundError",
    "NotReadyError",
    "SettingError",
    "TransmissionError",
]


_MAX_FIELD = 64


class EurodacError(Exception):
    """Root of the registry's errors.

    Args:
        code: Stable snake_case identifier of the reason.
        message: What, why and what to do; no personal data.
        article: CELEX#article of the rule that was broken, where one applies.
    """

    def __init__(self, code: str, message: str, *, article: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.article = article
        self.logged = False  # set by who writes the refusal into the log, so that it is there once


class LawError(EurodacError):
    """A law table is malformed."""


class TransmissionError(EurodacError):
    """A transmission is refused; nothing was stored.

    Args:
        code: Stable identifier of the reason.
        message: What, why and what to do.
        article: CELEX#article of the rule.
        field: Path of the offending field in the transmission, e.g. ``"names[0].surnames"``.
    """

    def __init__(
        self, code: str, message: str, *, article: str | None = None, field: str | None = None
    ) -> None:
        short = _short(field) if field else field
        if field and short and short != field:  # a name that the sender made up
            message = message.replace(field, short)
        super().__init__(code, message, article=article)
        self.field = short


class FieldRefusedError(TransmissionError):
    """A field breaks the closed list of its category, its requirement or its format."""


class BiometricRefusedError(TransmissionError):
    """A sample, template, finger position or NIST file cannot be used."""


class BatchError(EurodacError):
    """A file of records cannot be linked; says which line, never what stands in it."""


class ConflictError(EurodacError):
    """The request contradicts what is stored."""


class NotFoundError(EurodacError):
    """No such record, or none that this actor may see: both look the same."""


class AccessDeniedError(EurodacError):
    """Role, purpose and operation do not go together."""


class NotAuthenticatedError(EurodacError):
    """No actor, or an identity that cannot be verified."""


class KeyUnavailableError(EurodacError):
    """The key-encryption key is missing, belongs to another database, or lies open to others."""


class NotReadyError(EurodacError):
    """The gallery or the database is not ready; retry later."""


class SettingError(EurodacError):
    """A setting of the operator cannot be used."""


class LogBrokenError(EurodacError):
    """The log fails its chain check."""


def _short(field: str) -> str:
    """Keep what can be printed of a path, 64 characters at most."""
    printable = "".join(char if char.isprintable() else "?" for char in field)
    return printable if len(printable) <= _MAX_FIELD else f"{printable[: _MAX_FIELD - 3]}..."

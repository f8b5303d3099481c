"""Errors of the front doors themselves: what is wrong with a request before anything is asked.

EurodacError
└── RequestError              the request cannot be read
    ├── MissingHeaderError    a header that every call needs is not there
    ├── BodyTooLargeError     the body is larger than the setting allows
    ├── MediaTypeError        the body is of a kind that this address does not take
    └── FormRefusedError      a form of the officer pages that did not come from them
"""

from __future__ import annotations

from eurodac.errors import EurodacError

__all__ = [
    "BodyTooLargeError",
    "FormRefusedError",
    "MediaTypeError",
    "MissingHeaderError",
    "RequestError",
]


class RequestError(EurodacError):
    """The request cannot be read."""


class MissingHeaderError(RequestError):
    """A header that every call needs is not there, or malformed."""


class BodyTooLargeError(RequestError):
    """The body is larger than the setting allows."""


class MediaTypeError(RequestError):
    """The body is of a kind that this address does not take."""


class FormRefusedError(RequestError):
    """A form of the officer pages that did not come from them, or came too late."""

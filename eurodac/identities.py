"""Development identities: a signed statement of who acts, for demonstrations and tests.

Never with real data: whoever may sign in with one chooses who to be. Tokens are signed with an own
secret in a file of mode 0600, carry their time of issue and end after twelve hours; time is a
parameter. Other kinds of identity (a State's identity provider) will answer the same question.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from eurodac.errors import KeyUnavailableError, NotAuthenticatedError
from eurodac.law import states
from eurodac.record import Actor, Role

__all__ = ["LIFETIME", "Signer", "actor_from", "load_secret", "secret_path"]

LIFETIME = timedelta(hours=12)
_SECRET_BYTES = 32
_TOKEN = "token"
_MAX_TEXT = 64


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks small statements; two purposes never accept each other's.

    Args:
        secret: The signing secret, 64 hex digits.
    """

    secret: str

    def __repr__(self) -> str:
        return "Signer()"

    def sign(self, body: dict[str, Any], *, purpose: str, at: datetime) -> str:
        """Sign a JSON object; URL-safe text."""
        stamped = {**body, "issued_at": int(at.timestamp())}
        return self._serializer(purpose).dumps(stamped)

    def read(self, text: str, *, purpose: str, at: datetime) -> dict[str, Any]:
        """Read what ``sign`` made.

        Raises:
            NotAuthenticatedError: ``identity_invalid`` (not signed here for this purpose) or
                ``identity_expired``.
        """
        try:
            body: dict[str, Any] = self._serializer(purpose).loads(text)
            issued = datetime.fromtimestamp(body.pop("issued_at"), UTC)
        except (BadData, UnicodeError, KeyError, TypeError, AttributeError) as error:
            raise NotAuthenticatedError(
                "identity_invalid", "the identity was not issued here; sign in again"
            ) from error
        if not timedelta(minutes=-1) <= at - issued < LIFETIME:
            raise NotAuthenticatedError(
                "identity_expired", "the identity is no longer valid; sign in again"
            )
        return body

    def token(self, actor: Actor, *, at: datetime) -> str:
        """Issue a bearer token for an actor."""
        body = {
            "user_id": actor.user_id,
            "unit": actor.unit,
            "role": actor.role.value,
            "member_state": actor.member_state,
        }
        return self.sign(body, purpose=_TOKEN, at=at)

    def actor(self, token: str, *, at: datetime) -> Actor:
        """Give the actor of a bearer token.

        Raises:
            NotAuthenticatedError: forged, malformed or expired.
        """
        return actor_from(self.read(token, purpose=_TOKEN, at=at))

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"eurodac-{purpose}-1")


def actor_from(body: dict[str, Any]) -> Actor:
    """Make an actor of chosen words: user, unit, role and Member State.

    Raises:
        NotAuthenticatedError: a part is missing, too long, or not in its closed list.
    """
    user_id, unit = body.get("user_id"), body.get("unit")
    state, role = body.get("member_state"), body.get("role")
    for name, text in (("user_id", user_id), ("unit", unit)):
        if not isinstance(text, str) or not 0 < len(text) <= _MAX_TEXT or not text.isprintable():
            raise NotAuthenticatedError(
                "identity_incomplete",
                f"an identity needs {name}: 1 to {_MAX_TEXT} printable characters",
            )
    if not isinstance(state, str) or state not in states.CODES:
        raise NotAuthenticatedError(
            "identity_incomplete",
            "an identity needs member_state: the two-letter code of a State, EL for Greece",
        )
    if not isinstance(role, str) or role not in list(Role):
        raise NotAuthenticatedError(
            "identity_incomplete", f"an identity needs role: one of {', '.join(Role)}"
        )
    return Actor(str(user_id), str(unit), Role(role), state)


def secret_path(home: Path) -> Path:
    """Say where the signing secret of a registry lies."""
    return home / "keys" / "identities"


def load_secret(path: Path) -> Signer:
    """Read the signing secret; make it the first time.

    Args:
        path: File of mode 0600; made with its folder (0700) where it is missing.

    Raises:
        KeyUnavailableError: ``secret_unsafe`` (others may read it) or ``secret_malformed``.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise KeyUnavailableError(
            "secret_unsafe", f"{path} lies open to group or others; give it mode 0600"
        )
    secret = path.read_text("ascii", errors="replace").strip()
    if len(secret) != 2 * _SECRET_BYTES:
        raise KeyUnavailableError(
            "secret_malformed", f"{path} is not a signing secret; remove it and sign in again"
        )
    return Signer(secret)


def _create(path: Path) -> None:
    """Write a complete file beside it and link it in place: of two makers, one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(_SECRET_BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()

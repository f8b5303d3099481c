"""Development identities: signed here, for one purpose, for twelve hours."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eurodac.errors import KeyUnavailableError, NotAuthenticatedError
from eurodac.identities import LIFETIME, Signer, actor_from, load_secret, secret_path
from eurodac.record import Actor, Role
from tests.eurodac.examples import AT

ACTOR = Actor("officer 7", "unit", Role.ASYLUM_UNIT, "EL")


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return load_secret(secret_path(tmp_path))


def test_a_token_says_who(signer: Signer) -> None:
    assert signer.actor(signer.token(ACTOR, at=AT), at=AT + timedelta(hours=1)) == ACTOR


@pytest.mark.parametrize("late", [LIFETIME, timedelta(days=400), -timedelta(minutes=2)])
def test_a_token_ends(signer: Signer, late: timedelta) -> None:
    with pytest.raises(NotAuthenticatedError) as refused:
        signer.actor(signer.token(ACTOR, at=AT), at=AT + late)
    assert refused.value.code == "identity_expired"


def test_every_changed_character_is_noticed(signer: Signer) -> None:
    token = signer.token(ACTOR, at=AT)
    for place, character in enumerate(token):
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        try:
            read = signer.actor(changed, at=AT)
        except NotAuthenticatedError:
            continue
        # The last character of base64 holds bits that mean nothing: the statement is the same.
        assert place == len(token) - 1
        assert read == ACTOR


def test_another_secret_or_purpose_is_refused(signer: Signer, tmp_path: Path) -> None:
    other = load_secret(secret_path(tmp_path / "other"))
    for text in (other.token(ACTOR, at=AT), signer.sign({}, purpose="session", at=AT), "", "é.x"):
        with pytest.raises(NotAuthenticatedError):
            signer.actor(text, at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": ""},
        {"user_id": "x" * 65},
        {"user_id": 7},
        {"unit": "a\x00"},
        {"role": "nobody"},
        {"role": None},
        {"member_state": "GR"},
        {"member_state": ["IT"]},
    ],
)
def test_an_identity_is_complete(changes: dict[str, Any]) -> None:
    whole = {"user_id": "u", "unit": "n", "role": "asylum_unit", "member_state": "IT"}
    assert actor_from(whole).role is Role.ASYLUM_UNIT
    with pytest.raises(NotAuthenticatedError):
        actor_from({**whole, **changes})


def test_the_secret_is_made_once_for_its_owner(tmp_path: Path) -> None:
    path = secret_path(tmp_path)
    first = load_secret(path)
    assert load_secret(path).secret == first.secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert first.secret not in repr(first)
    path.chmod(0o640)
    with pytest.raises(KeyUnavailableError) as refused:
        load_secret(path)
    assert refused.value.code == "secret_unsafe"
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(KeyUnavailableError):
        load_secret(path)

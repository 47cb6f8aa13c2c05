"""One ceremony, and one PIN that nobody knows, as the journal has them."""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hardware.authenticator import KeyInfo
from kiosk.contract.enrollments import Ceremony


class Step(StrEnum):
    """How far a ceremony came. `proved` and `closed` are settled; `left_on_key` waits for its key. `held`: proved, but
    what becomes of it is decided at the end of its enrollment. `revoking`: proved, and to be taken away again."""

    INTENT = "intent"
    MADE = "made"
    COMPLETING = "completing"
    COMPLETED = "completed"
    PROVING = "proving"
    HELD = "held"
    PROVED = "proved"
    REVOKING = "revoking"
    CLEANING = "cleaning"
    LEFT_ON_KEY = "left_on_key"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KeyMark:
    """Which key: all that is remembered of it. Keys without a serial number are told apart by their credentials."""

    aaguid: bytes
    serial: str

    @classmethod
    def of(cls, info: KeyInfo) -> KeyMark:
        """The mark of a key that was read."""
        return cls(info.aaguid, info.address.serial)


@dataclass(frozen=True, slots=True)
class OwedPin:
    """A key got a PIN by chance, or was about to, and it never reached its owner: nobody knows that PIN."""

    enrollment_id: str
    key: KeyMark
    owed_since: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One ceremony. `on_key`: its credential is on the key, perhaps or for certain (`credential_id` known).

    `user_handle` is base64url as in the creation options. `response` and `assertion` are what the key answered, kept
    until the service has them for certain. `rolls_back`: while it is held, it is taken back unless the rest follows.
    """

    ceremony_id: str
    enrollment_id: str
    relying_party: str
    rp_id: str
    user_handle: str
    discoverable: bool
    key: KeyMark
    step: Step = Step.INTENT
    on_key: bool = True
    credential_id: bytes | None = None
    response: dict[str, Any] | None = None
    assertion: dict[str, Any] | None = None
    rolls_back: bool = False

    @classmethod
    def of(cls, enrollment_id: str, ceremony: Ceremony, key: KeyMark, *, rolls_back: bool = False) -> Row:
        """The row of a ceremony whose credential is about to be made on this key."""
        options = ceremony.public_key
        selection = options.get("authenticatorSelection", {})
        return cls(
            ceremony_id=ceremony.ceremony_id,
            enrollment_id=enrollment_id,
            relying_party=ceremony.relying_party.id,
            rp_id=str(options["rp"].get("id", "")),
            user_handle=str(options["user"]["id"]),
            discoverable=selection.get("residentKey") == "required" or bool(selection.get("requireResidentKey")),
            key=key,
            rolls_back=rolls_back,
        )


def credential_id_of(response: Any) -> bytes:
    """The credential id in a RegistrationResponseJSON. Raises ValueError when there is none."""
    text = response.get("rawId") or response.get("id")
    if not isinstance(text, str) or not text:
        raise ValueError("a registration response without an id")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def owed_of(found: sqlite3.Row) -> OwedPin:
    """The PIN that a row of the file tells of."""
    key = KeyMark(found["aaguid"], found["serial"])
    return OwedPin(found["enrollment_id"], key, datetime.fromisoformat(found["owed_since"]))


def row_of(found: sqlite3.Row) -> Row:
    """The ceremony that a row of the file tells."""

    def parsed(text: str | None) -> dict[str, Any] | None:
        return None if text is None else json.loads(text)

    return Row(
        ceremony_id=found["ceremony_id"],
        enrollment_id=found["enrollment_id"],
        relying_party=found["relying_party"],
        rp_id=found["rp_id"],
        user_handle=found["user_handle"],
        discoverable=bool(found["discoverable"]),
        key=KeyMark(found["aaguid"], found["serial"]),
        step=Step(found["step"]),
        on_key=bool(found["on_key"]),
        credential_id=found["credential_id"],
        response=parsed(found["response"]),
        assertion=parsed(found["assertion"]),
        rolls_back=bool(found["rolls_back"]),
    )

"""What the concierge is asked, and what it answers: nothing of anybody that is not masked, but for what has no name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from kiosk.service.directories.rules import tame
from kiosk.service.seed_shape import SeedModel


def _reason(text: str) -> str:
    """What staff say they look for, fit for the trail. Raises ValueError for nothing."""
    tamed = tame(text)
    if not tamed:
        raise ValueError("empty")
    return tamed


Reason = Annotated[
    str, AfterValidator(_reason), Field(min_length=1, max_length=200, examples=["Lost her key, ticket 4711"])
]
"""Why somebody is looked up: kept in the trail."""

UserId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c"])]


class Search(SeedModel):
    """Whom to look up, by one exact value, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "m.okafor@example.org", "reason": "Lost her key, ticket 4711"}]}
    )

    user_id: UserId | None = None
    primary_user_identifier: str | None = Field(default=None, min_length=1, max_length=256, repr=False)
    email: str | None = Field(default=None, min_length=3, max_length=254, repr=False)
    employee_id: str | None = Field(default=None, min_length=1, max_length=64, repr=False)
    reason: Reason

    @model_validator(mode="after")
    def _by_one_value(self) -> Self:
        told = (self.user_id, self.primary_user_identifier, self.email, self.employee_id)
        if sum(each is not None for each in told) != 1:
            raise ValueError("exactly one of userId, primaryUserIdentifier, email and employeeId")
        return self


class SiteOfUser(SeedModel):
    """A site that the person is at, one of the caller's."""

    site_id: str
    since: datetime


class UserDetails(SeedModel):
    """Somebody, masked: enough for staff to see that they have the right one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c",
                    "name": "M••••• O•••••",
                    "primaryUserIdentifier": "m•••••@example.org",
                    "email": "m•••••@example.org",
                    "phone": "••••• 17",
                    "employeeId": "••••• 17",
                    "state": "active",
                    "origin": "registration",
                    "locale": "en",
                    "registeredAt": "2026-06-01T12:00:00Z",
                    "sites": [{"siteId": "north", "since": "2026-06-01T12:00:00Z"}],
                }
            ]
        }
    )

    user_id: str
    name: str
    primary_user_identifier: str
    email: str
    phone: str
    employee_id: str
    state: str
    origin: str
    locale: str
    registered_at: datetime | None
    sites: tuple[SiteOfUser, ...]


class PartyOfKey(SeedModel):
    """Where a key is registered, whether it was shown to work there, and whether it signs in there already: one that
    was proved and is not `activated` does so once it is handed over."""

    relying_party: str
    registered_at: datetime
    proved: bool
    activated: bool


class KeyOfHolder(SeedModel):
    """A key that somebody has. Its serial number is told by its last four characters, to compare with the key."""

    model: str
    serial: str
    parties: tuple[PartyOfKey, ...]


class CardholderDetails(SeedModel):
    """The keys of somebody, masked; never a public key or a credential id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c",
                    "name": "M••••• O•••••",
                    "state": "active",
                    "keys": [
                        {
                            "model": "Example Key 5 NFC",
                            "serial": "••••• 4711",
                            "parties": [
                                {
                                    "relyingParty": "Staff sign-in",
                                    "registeredAt": "2026-06-01T12:00:00Z",
                                    "proved": True,
                                    "activated": True,
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    user_id: str
    name: str
    state: str
    keys: tuple[KeyOfHolder, ...]


class CodeChannel(StrEnum):
    """How a code travels to the address on file."""

    MAIL = "mail"
    SMS = "sms"


class SendCode(SeedModel):
    """Send somebody who calls a code, to the address on file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c", "channel": "sms", "reason": "Lost her key, ticket 4711"}
            ]
        }
    )

    user_id: UserId
    channel: CodeChannel = CodeChannel.MAIL
    reason: Reason


class CodeSent(SeedModel):
    """Where the code goes, masked; how many digits it has, and for how many seconds it is good."""

    sent_to: str
    digits: int
    life: int


class CheckCode(SeedModel):
    """What the person has read back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c", "code": "493028"}]}
    )

    user_id: UserId
    code: str = Field(min_length=1, max_length=64, repr=False)


class Unlock(SeedModel):
    """Whom to forgive their failures, and why."""

    user_id: UserId
    reason: Reason


class CodeChecked(SeedModel):
    """Whether it was the code."""

    confirmed: bool

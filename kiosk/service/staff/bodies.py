"""The request bodies of staff at a station, bounded, refusing members that they do not have."""

from __future__ import annotations

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kiosk.contract import staff as wire

_STRICT = ConfigDict(extra="forbid")  # the contract's own classes stay lenient, for stations older than the service


@dataclass(frozen=True, config=_STRICT)
class AskStaff(wire.AskStaff):
    """POST /staff/challenges."""

    approval_id: str = Field(default="", pattern="^([0-9a-f]{32})?$")
    reason: str = Field(default="", max_length=200)


@dataclass(frozen=True, config=_STRICT)
class AnswerChallenge(wire.AnswerChallenge):
    """POST /staff/challenges/{id}/answer."""

    name: str = Field(default="", max_length=128)
    code: str = Field(default="", max_length=128, repr=False)


@dataclass(frozen=True, config=_STRICT)
class LookUpKey(wire.LookUpKey):
    """POST /staff/desk/key."""


@dataclass(frozen=True, config=_STRICT)
class LookUpReference(wire.LookUpReference):
    """POST /staff/desk/reference."""

    reference: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")

"""The request bodies of the contract, refusing members that they do not have."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool
from pydantic.dataclasses import dataclass

from kiosk.contract import enrollments as wire
from kiosk.contract import keys as keys_wire
from kiosk.contract import mobile_ids as id_wire
from kiosk.contract import totp as totp_wire

_STRICT = ConfigDict(extra="forbid")  # the contract's own classes stay lenient, for stations older than the service


@dataclass(frozen=True, config=_STRICT)
class OpenEnrollment(wire.OpenEnrollment):
    """POST /enrollments."""


@dataclass(frozen=True, config=_STRICT)
class Identify(wire.Identify):
    """POST …/identify."""


@dataclass(frozen=True, config=_STRICT)
class Register(wire.Register):
    """POST …/register."""


@dataclass(frozen=True, config=_STRICT)
class SendCode(wire.SendCode):
    """POST …/send-code."""


@dataclass(frozen=True, config=_STRICT)
class Verify(wire.Verify):
    """POST …/verify."""

    confirmed: StrictBool = False  # 0 and "no" are no answer


@dataclass(frozen=True, config=_STRICT)
class BeginCeremony(wire.BeginCeremony):
    """POST …/ceremony."""


@dataclass(frozen=True, config=_STRICT)
class CompleteCeremony(wire.CompleteCeremony):
    """POST …/complete."""


@dataclass(frozen=True, config=_STRICT)
class ProveCeremony(wire.ProveCeremony):
    """POST …/proof."""


@dataclass(frozen=True, config=_STRICT)
class AbandonCeremony(wire.AbandonCeremony):
    """POST …/abandon."""


@dataclass(frozen=True, config=_STRICT)
class CheckKey(wire.CheckKey):
    """POST …/key."""


@dataclass(frozen=True, config=_STRICT)
class ConfirmTotp(totp_wire.ConfirmTotp):
    """POST …/totp/confirm."""

    code: str = Field(min_length=1, max_length=64, repr=False)


@dataclass(frozen=True, config=_STRICT)
class SetUpTotp(totp_wire.SetUpTotp):
    """POST …/totp."""


@dataclass(frozen=True, config=_STRICT)
class ShowMobileId(id_wire.ShowMobileId):
    """POST …/mobile-id."""

    shown: str = Field(min_length=1, max_length=512, repr=False, examples=["1042"])


@dataclass(frozen=True, config=_STRICT)
class FinishEnrollment(wire.FinishEnrollment):
    """POST …/finish."""


@dataclass(frozen=True, config=_STRICT)
class ChooseIntent(keys_wire.ChooseIntent):
    """POST …/intent."""

    lost: tuple[Annotated[str, Field(pattern="^[0-9a-f]{32}$")], ...] = Field(default=(), max_length=16)


@dataclass(frozen=True, config=_STRICT)
class NextKey(keys_wire.NextKey):
    """POST …/next-key."""

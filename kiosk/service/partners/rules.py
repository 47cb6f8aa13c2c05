"""The rules of sealed messages, pure: who may send one, when, what it must say, and what is refused.

PartnerRefused
├── MessageRefused   something is wrong with the message; what, only staff are told
├── QuotaExceeded    the agreement allows no more for today; again in `retry_after` seconds
└── NoAgreement      the client is no partner's, or the agreement has not begun, or is over
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kiosk.service.accounts.settings import PartnerSettings

SKEW: Final = timedelta(seconds=60)
"""How far a partner's clock may be ahead of ours."""

_JTI: Final = re.compile(r"[!-~]{1,128}")
_REQUIRED: Final = frozenset({"iss", "aud", "iat", "jti", "guest"})
_ALLOWED: Final = _REQUIRED | {"exp"}


class Reason(StrEnum):
    """Why a message is refused: for the log and the trail, never for the wire."""

    SIZE = "size"
    FORM = "form"
    HEADER = "header"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    SEAL = "seal"
    CLAIMS = "claims"
    SENDER = "sender"
    AUDIENCE = "audience"
    TIME = "time"
    REPLAY = "replay"


class PartnerRefused(Exception):
    """Refused, for a reason that is the class. Carries data, never a sentence."""


class MessageRefused(PartnerRefused):
    """The message is not accepted. `why` is for staff alone: whoever guesses must not learn how far they got."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why)
        self.why = why


class QuotaExceeded(PartnerRefused):
    """No more guests today; the day ends in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class NoAgreement(PartnerRefused):
    """There is no agreement with this client, today."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a message says: its number, and the guest. Until `forget_at` the same number is a replay."""

    jti: str = field(repr=False)
    guest: Mapping[str, Any] = field(repr=False)
    forget_at: datetime


def in_force(partner: PartnerSettings, now: datetime) -> bool:
    """Whether today (UTC) is a day of the agreement; both its ends belong to it."""
    today = now.astimezone(UTC).date().isoformat()
    return partner.from_day <= today and (not partner.until_day or today <= partner.until_day)


def seconds_left_today(now: datetime) -> int:
    """Until the next day begins (UTC); at least one."""
    begun = now.astimezone(UTC)
    midnight = datetime(begun.year, begun.month, begun.day, tzinfo=UTC) + timedelta(days=1)
    return max(1, int((midnight - begun).total_seconds()))


def claims_of(content: Mapping[str, Any], partner: PartnerSettings, now: datetime) -> Claims:
    """What the message says, if it is the partner's, for us, and of now (RFC 7519, 4.1). Raises MessageRefused.

    Sender and audience are inside the seal: a third party cannot sign what somebody else has sealed for us.
    """
    if not _REQUIRED <= content.keys() <= _ALLOWED or not isinstance(content["guest"], dict):
        raise MessageRefused(Reason.CLAIMS)
    if not isinstance(content["jti"], str) or not _JTI.fullmatch(content["jti"]):
        raise MessageRefused(Reason.CLAIMS)
    if content["iss"] != partner.id:
        raise MessageRefused(Reason.SENDER)
    if content["aud"] != partner.audience and content["aud"] != [partner.audience]:
        raise MessageRefused(Reason.AUDIENCE)
    issued, until = _moment(content["iat"]), timedelta(seconds=partner.window)
    if not now - until <= issued <= now + SKEW:
        raise MessageRefused(Reason.TIME)
    if "exp" in content and now >= _moment(content["exp"]):
        raise MessageRefused(Reason.TIME)
    return Claims(content["jti"], content["guest"], issued + until + SKEW)


def _moment(seconds: object) -> datetime:
    """A NumericDate, in whole seconds. Raises MessageRefused."""
    if type(seconds) is not int or not 0 <= seconds < 1 << 33:
        raise MessageRefused(Reason.CLAIMS)
    return datetime.fromtimestamp(seconds, UTC)

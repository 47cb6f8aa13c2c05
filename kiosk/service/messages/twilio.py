"""SMS through an API of Twilio's shape (`POST /2010-04-01/Accounts/{AccountSid}/Messages.json`, 201 means accepted)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode

from kiosk.secret import Secret
from kiosk.service.messages.connector import (
    Channel,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.settings import SmsSettings
from kiosk.service.outbound import AnswerLost, Call, NotJson, NotSent, Outbound, Reply, Untrusted

_BAD_RECIPIENT: Final = frozenset({21211, 21608, 21610, 21612, 21614})
"""Not a number, unverified, opted out, unroutable, not a mobile."""

_LONGEST_BODY: Final = 1600
_LONGEST_VALIDITY: Final = 14400


class TwilioGateway:
    """Delivers texts. There is no idempotency key, so what perhaps went out is never sent again. Satisfies Gateway."""

    def __init__(self, settings: SmsSettings, outbound: Outbound, token: Secret) -> None:
        self._settings, self._outbound, self._token = settings, outbound, token
        account = quote(settings.user, safe="")
        self._url = f"{settings.url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"

    @property
    def channel(self) -> Channel:
        """SMS."""
        return Channel.SMS

    @property
    def patience(self) -> float:
        """One call."""
        return self._settings.timeout

    def let_go(self, unused_for: float = 0.0) -> None:
        """Nothing: `Outbound` keeps the connections."""

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """One POST."""
        sender = self._settings.sender
        form = {
            "To": envelope.to,
            "MessagingServiceSid" if sender.startswith("MG") and len(sender) == 34 else "From": sender,
            "Body": envelope.text[:_LONGEST_BODY],
            "ValidityPeriod": str(min(max(envelope.life, 1), _LONGEST_VALIDITY)),
        }
        call = Call(
            "POST",
            self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            basic=(self._settings.user, self._token.reveal()),
            timeout=self._settings.timeout,
            authority=self._settings.certificate_authority,
        )
        reply = send(self._outbound, call, handing_over)
        if reply.status == 201:
            return DeliveryReceipt(_text(reply, "sid"))
        raise _meaning(reply)


def send(outbound: Outbound, call: Call, handing_over: Callable[[], None]) -> Reply:
    """Make a call that must not be made twice; the answer, whatever its status."""
    handing_over()
    try:
        return outbound.call(call)
    except Untrusted as error:
        raise Misconfigured("untrusted") from error
    except NotSent as error:
        raise Unavailable("no_connection") from error
    except AnswerLost as error:
        raise OutcomeUnknown("no_answer") from error


def of_status(reply: Reply) -> GatewayError:
    """What a status that is no success means for a message, by the meaning that HTTP gives it."""
    reason = f"http_{reply.status}"
    if reply.status in (429, 503):
        return Unavailable(reason, reply.retry_after(30))
    if reply.status >= 500 or reply.status < 300:
        return OutcomeUnknown(reason)
    return Refused(reason) if reply.status in (400, 410, 422) else Misconfigured(reason)


def _meaning(reply: Reply) -> GatewayError:
    code = _number(reply, "code")
    if code == 20429:
        return Unavailable(f"twilio_{code}", reply.retry_after(30))
    if code in _BAD_RECIPIENT:
        return Refused(f"twilio_{code}")
    if code is not None and reply.status < 500 and reply.status != 429:
        return Misconfigured(f"twilio_{code}")  # the sender, the region, the credentials: not the person's fault
    return of_status(reply)


def _member(reply: Reply, name: str) -> object:
    try:
        document = reply.json()
    except NotJson:
        return None
    return document.get(name) if isinstance(document, dict) else None


def _text(reply: Reply, name: str) -> str:
    value = _member(reply, name)
    return value[:128] if isinstance(value, str) and value.isprintable() else ""


def _number(reply: Reply, name: str) -> int | None:
    value = _member(reply, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000 else None

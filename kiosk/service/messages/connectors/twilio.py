"""SMS through an API of Twilio's shape (`POST /2010-04-01/Accounts/{AccountSid}/Messages.json`, 201 means accepted)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, urlencode

from pydantic import Field, field_validator

from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.messages.connector import (
    Channel,
    Delivery,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Misconfigured,
    Refused,
    Unavailable,
)
from kiosk.service.messages.over_http import asked, number, of_status, send
from kiosk.service.messages.settings import SmsSettings, encrypted
from kiosk.service.outbound import Call, NotJson, Outbound, Reply
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import SecretName
from kiosk.service.wiring import Wiring

_BAD_RECIPIENT: Final = frozenset({21211, 21608, 21610, 21612, 21614})
"""Not a number, unverified, opted out, unroutable, not a mobile."""

_LONGEST_BODY: Final = 1600
_LONGEST_VALIDITY: Final = 14400

_DELIVERIES: Final = {
    **dict.fromkeys(("queued", "accepted", "scheduled", "sending"), Delivery.ACCEPTED),
    **dict.fromkeys(("sent", "partially_delivered"), Delivery.SENT),
    **dict.fromkeys(("delivered", "read"), Delivery.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Delivery.UNDELIVERED),
}


class TwilioSettings(SmsSettings):
    """An account at Twilio, or at somebody who offers the same API."""

    kind: Literal["twilio"] = "twilio"
    """Which connector."""
    url: str = Field(default="https://api.twilio.com", pattern=r"^https?://[^\s{}/@?#]+(/[^\s]*)?$", max_length=2000)
    """The root of the API."""
    user: str = Field(min_length=1, max_length=254)
    """The account SID."""
    password: SecretName
    """The name of the account's token."""
    sender: str = Field(min_length=1, max_length=34)
    """The number or name that texts come from, or the SID of a messaging service."""
    timeout: float = Field(default=10.0, gt=0, le=30)
    """Seconds for the whole call."""

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        return encrypted(url)


@dataclass(frozen=True, slots=True)
class TwilioMessenger:
    """Delivers texts. There is no idempotency key: what perhaps went out is never sent again. Satisfies Messenger."""

    settings: TwilioSettings
    outbound: Outbound
    token: Secret

    @property
    def channel(self) -> Channel:
        """SMS."""
        return Channel.SMS

    @property
    def patience(self) -> float:
        """One call."""
        return self.settings.timeout

    def let_go(self, unused_for: float = 0.0) -> None:
        """Nothing: `Outbound` keeps the connections."""

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """One POST."""
        sender = self.settings.sender
        form = {
            "To": number(envelope),
            "MessagingServiceSid" if sender.startswith("MG") and len(sender) == 34 else "From": sender,
            "Body": envelope.text[:_LONGEST_BODY],
            "ValidityPeriod": str(min(max(envelope.life, 1), _LONGEST_VALIDITY)),
        }
        reply = send(self.outbound, self._call("POST", "/Messages.json", urlencode(form).encode()), handing_over)
        if reply.status == 201:
            sid = _text(reply, "sid")
            return DeliveryReceipt(sid, tells=bool(sid))
        raise _meaning(reply)

    def receipt(self, reference: str) -> Delivery:
        """GET the message again."""
        reply = asked(self.outbound, self._call("GET", f"/Messages/{quote(reference, safe='')}.json"))
        if reply.status != 200:
            raise _meaning(reply)
        return _DELIVERIES.get(_text(reply, "status"), Delivery.UNKNOWN)

    def probe(self) -> str:
        """GET the account."""
        try:
            reply = asked(self.outbound, self._call("GET", ".json"))
        except GatewayError as error:
            raise ProbeFailed(error.reason, "correct sms.url, or let the firewall pass") from error
        if reply.status != 200:
            raise ProbeFailed(f"status {reply.status}", "correct sms.user, and the secret that sms.password names")
        status = _text(reply, "status")
        if status not in ("", "active"):
            raise ProbeFailed("the account is not active", "activate the account")
        return "sign-in accepted"

    def _call(self, method: str, path: str, form: bytes | None = None) -> Call:
        settings = self.settings
        account = quote(settings.user, safe="")
        return Call(
            method,
            f"{settings.url.rstrip('/')}/2010-04-01/Accounts/{account}{path}",
            headers={} if form is None else {"Content-Type": "application/x-www-form-urlencoded"},
            body=form,
            basic=(settings.user, self.token.reveal()),
            timeout=settings.timeout,
            authority=settings.certificate_authority,
            repeatable=method == "GET",
        )


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


def _make(settings: TwilioSettings, wiring: Wiring) -> TwilioMessenger:
    return TwilioMessenger(settings, wiring.outbound, Secret(wiring.secret(settings.password)))


CONNECTOR = Connector("twilio", TwilioSettings, _make)

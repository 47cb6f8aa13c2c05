"""SMS through any HTTP gateway, described by settings: method, address, headers, body with `{to}` and `{text}`.

A gateway such as Kannel takes all of it in the address; others take a form or JSON. Any 2xx is success. How far a text
got such a gateway tells, if at all, by calling us at the address in `{receipt}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self
from urllib.parse import quote, urlencode

from pydantic import Field, field_validator, model_validator

from kiosk.contract.paths import RECEIPT
from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.messages.connector import Channel, Delivery, DeliveryReceipt, Envelope
from kiosk.service.messages.over_http import number, of_status, send
from kiosk.service.messages.settings import SmsSettings, encrypted
from kiosk.service.outbound import Call, Outbound
from kiosk.service.placeholders import fill, names
from kiosk.service.reach import reach
from kiosk.service.settings_model import SecretName
from kiosk.service.wiring import Wiring

_PLACEHOLDERS: Final = frozenset({"to", "text", "from", "reference", "receipt", "secret"})


class HttpSettings(SmsSettings):
    """An SMS gateway that takes a text in one HTTP request, as described here."""

    kind: Literal["http"] = "http"
    """Which connector."""
    url: str = Field(pattern=r"^https?://[^\s{}/@?#]+(/[^\s]*)?$", max_length=2000)
    """The gateway's address, with `{to}`, `{text}` and the like where it wants them."""
    method: Literal["GET", "POST"] = "POST"
    """The HTTP method."""
    body: dict[str, str] = Field(default_factory=dict)
    """Members of the body, with `{to}`, `{text}`, `{from}`, `{reference}`, `{receipt}` and `{secret}`."""
    body_format: Literal["json", "form"] = "json"
    """How the body is written."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers, with `{secret}`; no secret as it stands."""
    user: str = Field(default="", max_length=254)
    """The user name for HTTP Basic authentication; empty for none."""
    password: SecretName | None = None
    """The name of the password or token."""
    sender: str = Field(default="", max_length=34)
    """The number or name that texts come from: `{from}`."""
    receipts: str = Field(default="", max_length=500)
    """This service's address as the gateway reaches it (`https://keys.example.org:8443`). With it `{receipt}` is an
    address for each text; who gets it with `?state=` and one of Kannel's numbers or `sent`, `delivered`, `undelivered`
    tells how far the text got."""
    timeout: float = Field(default=10.0, gt=0, le=30)
    """Seconds for the whole call."""

    @field_validator("url", "receipts")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        return encrypted(url) if url else url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.user and self.password is None:
            raise ValueError("password: user needs one")
        used = frozenset[str]().union(*map(names, (self.url, *self.body.values(), *self.headers.values())))
        if unknown := used - _PLACEHOLDERS:
            raise ValueError(f"unknown placeholder {min(unknown)!r}")
        if missing := {"to", "text"} - used:
            raise ValueError(f"nothing says {min(missing)!r}")
        if "secret" in used and self.password is None:
            raise ValueError("password: {secret} needs one")
        if "receipt" in used and not self.receipts:
            raise ValueError("receipts: {receipt} needs it")
        return self


@dataclass(frozen=True, slots=True)
class HttpMessenger:
    """Delivers texts as the settings describe. Satisfies Messenger."""

    settings: HttpSettings
    outbound: Outbound
    secret: Secret | None

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
        """One call."""
        reply = send(self.outbound, self._call(envelope), handing_over)
        if 200 <= reply.status < 300:
            return DeliveryReceipt(f"http_{reply.status}")
        raise of_status(reply)

    def receipt(self, reference: str) -> Delivery:  # noqa: ARG002 - it cannot be asked
        """What such a gateway has to tell, it tells by calling us."""
        return Delivery.ACCEPTED

    def probe(self) -> str:
        """Reach it, no more: a request might cost money."""
        return reach("sms", self.settings.url, self.settings.certificate_authority, self.settings.timeout)

    def _call(self, envelope: Envelope) -> Call:
        settings = self.settings
        values = {
            "to": number(envelope),
            "text": envelope.text,
            "from": settings.sender,
            "reference": envelope.message_id,
            "receipt": settings.receipts.rstrip("/") + RECEIPT.format(token=envelope.receipt),
            "secret": "" if self.secret is None else self.secret.reveal(),
        }
        headers = {name: fill(text, values) for name, text in settings.headers.items()}
        body, media_type = _body(settings, values)
        if body is not None:
            headers["Content-Type"] = media_type
        return Call(
            settings.method,
            fill(settings.url, values, lambda value: quote(value, safe="")),
            headers=headers,
            body=body,
            basic=(settings.user, values["secret"]) if settings.user else None,
            timeout=settings.timeout,
            authority=settings.certificate_authority,
        )


def _body(settings: HttpSettings, values: Mapping[str, str]) -> tuple[bytes | None, str]:
    if settings.method == "GET" or not settings.body:
        return None, ""
    members = {name: fill(text, values) for name, text in settings.body.items()}
    if settings.body_format == "form":
        return urlencode(members).encode(), "application/x-www-form-urlencoded"
    return json.dumps(members, ensure_ascii=False).encode(), "application/json"


def _make(settings: HttpSettings, wiring: Wiring) -> HttpMessenger:
    secret = None if settings.password is None else Secret(wiring.secret(settings.password))
    return HttpMessenger(settings, wiring.outbound, secret)


CONNECTOR = Connector("http", HttpSettings, _make)

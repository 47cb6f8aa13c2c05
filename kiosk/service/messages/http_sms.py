"""SMS through any HTTP gateway, described by settings: method, address, headers, body with `{to}` and `{text}`.

A gateway such as Kannel takes all of it in the address; others take a form or JSON. Any 2xx is success.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from kiosk.secret import Secret
from kiosk.service.messages.connector import Channel, DeliveryReceipt, Envelope, Refused
from kiosk.service.messages.settings import SmsSettings
from kiosk.service.messages.twilio import of_status, send
from kiosk.service.outbound import Call, Outbound
from kiosk.service.placeholders import fill


class HttpSmsGateway:
    """Delivers texts as the settings describe. Satisfies Gateway."""

    def __init__(self, settings: SmsSettings, outbound: Outbound, secret: Secret | None) -> None:
        self._settings, self._outbound, self._secret = settings, outbound, secret

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
        """One call."""
        reply = send(self._outbound, self._call(envelope), handing_over)
        if 200 <= reply.status < 300:
            return DeliveryReceipt(f"http_{reply.status}")
        raise of_status(reply)

    def _call(self, envelope: Envelope) -> Call:
        settings = self._settings
        values = {
            "to": envelope.to,
            "text": envelope.text,
            "from": settings.sender,
            "reference": envelope.message_id,
            "secret": "" if self._secret is None else self._secret.reveal(),
        }
        if not envelope.to.isprintable():
            raise Refused("bad_number")
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


def _body(settings: SmsSettings, values: Mapping[str, str]) -> tuple[bytes | None, str]:
    if settings.method == "GET" or not settings.body:
        return None, ""
    members = {name: fill(text, values) for name, text in settings.body.items()}
    if settings.body_format == "form":
        return urlencode(members).encode(), "application/x-www-form-urlencoded"
    return json.dumps(members, ensure_ascii=False).encode(), "application/json"

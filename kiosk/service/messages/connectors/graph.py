"""Mail by Microsoft Graph (`POST /users/{sender}/sendMail`, 202 means accepted): no SMTP, no password of a mailbox.

Graph takes one body. It is the HTML; Exchange adds the plain text by itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from kiosk.service.catalog import Connector
from kiosk.service.messages.connector import (
    Channel,
    Delivery,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.letter import ascii_domain
from kiosk.service.messages.settings import MailSettings
from kiosk.service.store.engine import assert_no_transaction
from kiosk.service.vendors import rest
from kiosk.service.vendors.entra import TOKEN_SECONDS, EntraApplication, code_of, graph_api, remedy
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import RestApi, quoted
from kiosk.service.wiring import Wiring

_BAD_RECIPIENT: Final = frozenset({"ErrorInvalidRecipients", "ErrorRecipientNotFound"})


class GraphSettings(MailSettings, EntraApplication):
    """A mailbox of a Microsoft Entra tenant. The application needs the right `Mail.Send`; limit it to the mailbox of
    `sender` by an application access policy or RBAC for Applications in Exchange Online."""

    kind: Literal["graph"] = "graph"
    """Which connector."""


@dataclass(frozen=True, slots=True)
class GraphMessenger:
    """Delivers mail from one mailbox. What perhaps went out is never sent again. Satisfies Messenger."""

    settings: GraphSettings
    api: RestApi

    @classmethod
    def make(cls, settings: GraphSettings, wiring: Wiring) -> GraphMessenger:
        """Raises NoCredential, ConfigurationError."""
        return cls(settings, graph_api(settings, wiring, "mail"))

    @property
    def channel(self) -> Channel:
        """Mail."""
        return Channel.MAIL

    @property
    def patience(self) -> float:
        """A call, and signing in before and in the middle of it."""
        return self.settings.timeout + 2 * TOKEN_SECONDS

    def let_go(self, unused_for: float = 0.0) -> None:
        """Nothing: `Outbound` keeps the connections."""

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """One POST."""
        assert_no_transaction()
        document = written(envelope)
        handing_over()
        try:
            route = quoted("v1.0/users/{}/sendMail", self.settings.sender)
            answer = self.api.call("POST", route, body=document, good={202})
        except (rest.Refused, rest.Unavailable, rest.OutcomeUnknown) as error:
            raise _meaning(error) from None
        return DeliveryReceipt(answer.headers.get("request-id", "")[:128])

    def receipt(self, reference: str) -> Delivery:  # noqa: ARG002 - Graph tells no more
        """Graph has taken the message; what becomes of it is in Exchange's message trace only."""
        return Delivery.ACCEPTED

    def probe(self) -> str:
        """Signs in, and asks for the mailbox's owner, which it need not be allowed to see."""
        with probing(remedy("Mail.Send")):
            route = quoted("v1.0/users/{}", self.settings.sender)
            self.api.call("GET", route, query={"$select": "id"}, good={200, 403})
        return "signed in; whether it may send shows with the first message"


def written(envelope: Envelope) -> dict[str, Any]:
    """The message as Graph wants it. Raises Refused for what is no address, or would not fit in a header."""
    ascii_domain(envelope.to)
    if any(unicodedata.category(each) == "Cc" for each in envelope.subject):
        raise Refused("bad_header")
    html = bool(envelope.html)
    return {
        "message": {
            "subject": envelope.subject,
            "body": {"contentType": "HTML" if html else "Text", "content": envelope.html if html else envelope.text},
            "toRecipients": [{"emailAddress": {"address": envelope.to}}],
            "internetMessageHeaders": [{"name": "X-Auto-Response-Suppress", "value": "All"}],
        },
        "saveToSentItems": False,
    }


def _meaning(error: rest.Refused | rest.Unavailable | rest.OutcomeUnknown) -> GatewayError:
    match error:
        case rest.OutcomeUnknown():
            return OutcomeUnknown("no_answer")
        case rest.Unavailable(word="untrusted"):
            return Misconfigured("untrusted")
        case rest.Unavailable():
            return Unavailable(error.word, error.retry_after)
        case rest.NotSignedIn():
            return Misconfigured("not_signed_in")
    code = code_of(error)
    return (Refused if code in _BAD_RECIPIENT else Misconfigured)(f"graph_{error.status}")


CONNECTOR = Connector("graph", GraphSettings, GraphMessenger.make)

"""A submission server with STARTTLS and a sign-in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import AnyPort, Mailbox, check_password
from tests.kiosk.service.messages.contract.stand import Stand, Taken


class SmtpStand(Stand):
    """aiosmtpd."""

    NAME = "smtp"
    SECRET = "mail-password"
    ADDRESS = "mona.okafor@example.org"

    def __init__(self, mailbox: Mailbox, port: int, authority: Path, outbound: Outbound) -> None:
        super().__init__(outbound)
        self.mailbox, self.port, self.authority = mailbox, port, authority

    @classmethod
    @contextmanager
    def open(cls, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the library tells of what its clients do
        mailbox, outbound = Mailbox(), Outbound()
        more: dict[str, Any] = {"tls_context": server_context(tls[1]), "require_starttls": True}
        more |= {"authenticator": check_password, "auth_required": True}
        server = AnyPort(mailbox, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **more)
        server.start()
        try:
            yield cls(mailbox, server.port, tls[0].certificate, outbound)
        finally:
            outbound.close()
            server.loop.call_soon_threadsafe(mailbox.hang_up)
            server.stop()

    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        return {
            "kind": "smtp",
            "host": "localhost",
            "port": port,
            "sender": "keys@example.org",
            "user": "robot",
            "password": "mail",
            "timeout": 2,
            "certificate_authority": str(authority),
        }

    def taken(self) -> list[Taken]:
        texts = [each.get_body(("plain",)) for each in self.mailbox.taken]
        contents = ["" if each is None else "\n".join(str(each.get_content()).splitlines()) for each in texts]
        return [Taken(to, text) for to, text in zip(self.mailbox.recipients, contents, strict=True)]

    def visits(self) -> int:
        return sum(self.mailbox.senders)

    def busy(self) -> None:
        self.mailbox.mode = "rcpt 451 4.7.1 later"

    def losing(self) -> None:
        self.mailbox.mode = "drop"


STAND = SmtpStand

"""What people of user lists were told by mail, read from the outbox with the service's own key."""

from __future__ import annotations

from kiosk.service.messages.outbox import unseal
from kiosk.service.store.messages import ClaimedMessage
from tests.kiosk.service.running import NOON, Running


def told_by_mail(running: Running, address: str) -> list[tuple[str, dict[str, str]]]:
    """Kind and values of each mail to the address that waits, the oldest first; those that were replaced are gone."""
    with running.parts.store.read() as tx:
        found = tx.connection.exec_driver_sql(
            "SELECT message_id, sealed FROM messages WHERE sealed IS NOT NULL ORDER BY number"
        ).all()
    mails = [unseal(running.parts, ClaimedMessage(0, each[0], bytes(each[1]), 1, NOON, NOON)) for each in found]
    return [(str(each.template), dict(each.values)) for each in mails if each.to == address]


def link_of(running: Running, address: str) -> str:
    """The code of the newest invitation of the address."""
    links = [values["link"] for kind, values in told_by_mail(running, address) if kind == "invitation"]
    assert links[-1].startswith("https://enroll.example.org/i/")
    return links[-1][-22:]

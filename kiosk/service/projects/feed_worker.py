"""What host systems are told without anybody asking: a lane for each file and each webhook of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.projects.feed_file import ListFile
from kiosk.service.projects.feed_webhook import Webhook
from kiosk.service.store import host_feed as rows
from kiosk.service.store.host_feed import FEEDS
from kiosk.service.worker import Chore

KEPT: Final = timedelta(days=30)
"""How long events are kept that the host system took; they name people."""


def feed_lanes(parts: Parts, outbound: Outbound) -> Mapping[str, tuple[Chore, ...]]:
    """A host that hangs holds up neither another one nor the file, and a slow disk no host."""
    lanes: dict[str, tuple[Chore, ...]] = {}
    for word, named in parts.settings.projects.named.items():
        if named.feed is not None and named.feed.webhook is not None:
            webhook = Webhook(parts, outbound, word, named.feed.webhook)
            lanes[f"feed-{word}"] = (Chore("tell_host", webhook.send_next, hears=FEEDS),)
        if named.feed is not None and named.feed.file is not None:
            file = ListFile(parts, word, named.tenant, named.feed, named.feed.file)
            lanes[f"list-{word}"] = (Chore("write_list", file.work),)
    return lanes


def forget_old_events(parts: Parts) -> int:
    """Delete what was taken long ago; how many there were."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: rows.forget_events(tx, before))

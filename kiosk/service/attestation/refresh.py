"""Brings new FIDO metadata when they are due: from the net, or from a file that the administrator replaces.

Without a way out nothing fails: the log warns, staff are told that the metadata are old, and keys go on being judged by
what is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import structlog

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.blob import LARGEST, BlobRejected
from kiosk.service.attestation.keeper import Keeper, read_blob
from kiosk.service.attestation.settings import MetadataSettings
from kiosk.service.outbound import Call, Outbound, OutboundError
from kiosk.service.worker import Chore

_log = structlog.get_logger("keywright.attestation")

LOOK_EVERY: Final = 60.0
"""Seconds after which a file, or what another process kept, is seen."""
_AGAIN: Final = timedelta(hours=1)
_NOT_YET: Final = timedelta(hours=6)
_MOST_HOPS: Final = 5
_SECONDS: Final = 120.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """No BLOB came; `word` says why, for the log."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Refresh:
    """One look at where metadata come from, whenever it is asked for one. For one thread."""

    def __init__(
        self, settings: MetadataSettings, keeper: Keeper, outbound: Outbound, now: Callable[[], datetime]
    ) -> None:
        self._settings, self._keeper, self._outbound, self._now = settings, keeper, outbound, now
        self._seen: tuple[int, ...] = ()
        self._not_before: datetime | None = None

    def __call__(self) -> bool:
        """See what others kept, then bring what is due. There is never more to do at once."""
        known = self._keeper.look()
        if self._settings.file is not None:
            self._from_file(self._settings.file)
        elif self._settings.fetch and (known is None or known.next_update <= self._now().date()):
            self._from_net()
        return False

    def _from_file(self, file: Path) -> None:
        """Take the file when it is another than last time; what is wrong with it is told once."""
        mark = _mark(file)
        if mark == self._seen:
            return
        self._seen = mark
        try:
            self._keeper.take(read_blob(file), self._now())
        except (BlobRejected, ConfigurationError, OSError) as error:
            _log.warning("metadata_not_taken", reason=_word(error))

    def _from_net(self) -> None:
        now = self._now()
        if self._not_before is not None and now < self._not_before:
            return
        self._not_before = now + _AGAIN
        try:
            blob = fetch(self._settings, self._outbound)
            self._keeper.take(blob, now)
        except (NotFetched, BlobRejected, ConfigurationError) as error:
            _log.warning("metadata_not_taken", reason=_word(error))
        else:
            self._not_before = now + _NOT_YET  # should it be due already: its publisher may be late


def fetch(settings: MetadataSettings, outbound: Outbound) -> bytes:
    """The BLOB at `settings.url`, over as many redirects as are sensible, each to https. Raises NotFetched."""
    url = settings.url
    for _ in range(_MOST_HOPS):
        try:
            reply = outbound.call(
                Call(
                    "GET",
                    url,
                    headers={"Accept": "*/*"},
                    timeout=_SECONDS,
                    limit=LARGEST,
                    authority=settings.certificate_authority,
                    repeatable=True,
                )
            )
        except OutboundError as error:
            raise NotFetched(type(error).__name__) from error
        if reply.status == 200:
            return reply.body
        if reply.status not in _REDIRECTS:
            raise NotFetched(f"status {reply.status}")
        url = _next(url, reply.headers.get("location", ""))
    raise NotFetched("redirected too often")


def chores(
    settings: MetadataSettings, keeper: Keeper, outbound: Outbound, now: Callable[[], datetime]
) -> tuple[Chore, ...]:
    """What a lane of the service does about metadata."""
    return (Chore("metadata", Refresh(settings, keeper, outbound, now), LOOK_EVERY),)


def _mark(file: Path) -> tuple[int, ...]:
    """Changes whenever the file does."""
    try:
        status = file.stat()
    except OSError:
        return (0,)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _next(url: str, location: str) -> str:
    there = urljoin(url, location)
    if not location or urlsplit(there).scheme != "https":
        raise NotFetched("redirected nowhere")
    return there


def _word(error: Exception) -> str:
    if isinstance(error, NotFetched):
        return error.word
    return error.fault.value if isinstance(error, BlobRejected) else type(error).__name__

"""The webhook of a host system: claim → post → write down, each event in order, until it was taken.

A worker that is killed after the call and before it was written down leaves a lease that runs out; then the same event
goes out again under the same id. A host that keeps the ids that it took therefore sees each event once, in order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from kiosk.errors import NoCredential
from kiosk.service.audit.actions import Event, record
from kiosk.service.outbound import AnswerTooLarge, Call, NotJson, NotSent, Outbound, OutboundError, Reply, Untrusted
from kiosk.service.parts import Parts
from kiosk.service.projects.feed_rules import REPAIR_WAIT, Outcome, Verdict, back_off, document_of, judge, signature
from kiosk.service.projects.rules import settings_of
from kiosk.service.projects.settings import WebhookSettings
from kiosk.service.store import host_feed as rows
from kiosk.service.store import mobile_ids as ids
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.host_feed import ClaimedFeed, FeedRow
from kiosk.service.store.projects import ProjectRow, project

Told = dict[str, str | int | bool]

_log = structlog.get_logger("keywright.projects")

_LEASE_MARGIN: Final = timedelta(seconds=30)
_JITTER_BYTES: Final = 2
_ANSWER: Final = 16 * 1024  # bytes


class Webhook:
    """Tells one host system, by the settings of one word."""

    def __init__(self, parts: Parts, outbound: Outbound, word: str, settings: WebhookSettings) -> None:
        self._parts, self._outbound, self._word, self._settings = parts, outbound, word, settings

    def send_next(self) -> bool:
        """Send the next event; False when there is nothing to do. Raises StoreBusy, StorageFull."""
        now = self._parts.clock.now()
        with self._parts.store.read() as tx:
            of = self._due(tx)
        if of is None:
            return False
        lease = now + timedelta(seconds=self._settings.timeout) + _LEASE_MARGIN
        claimed = self._parts.store.write(lambda tx: rows.claim_feed(tx, of.id, now, lease), hasty=True)
        if claimed is None:
            return False
        with self._parts.store.read() as tx:
            event = rows.event_at(tx, of.id, claimed.taken + 1)
        verdict = Verdict(Outcome.STOP, "event_missing") if event is None else self._post(of, event)
        if not self._parts.store.write(lambda tx: self._settle(tx, of, claimed, event, verdict), hasty=True):
            _log.warning("feed_claim_lost", word=self._word)
        elif verdict.outcome is not Outcome.TAKEN:
            level = _log.error if verdict.outcome is Outcome.STOP else _log.warning
            level("feed_not_taken", word=self._word, reason=verdict.trouble, attempt=claimed.tries + 1)
        return True

    def _due(self, tx: ReadTx) -> ProjectRow | None:
        """The project of this word, if something of it is due."""
        for project_id in rows.due_feeds(tx, self._parts.clock.now()):
            of = project(tx, project_id)
            if of is None or of.details.get("settings") != self._word:
                continue
            if settings_of(self._parts.settings.projects, of) is not None:
                return of
        return None

    def _post(self, of: ProjectRow, event: FeedRow) -> Verdict:
        try:
            secret = self._parts.secret(self._settings.secret)
        except NoCredential:
            return Verdict(Outcome.AGAIN, "no_secret", REPAIR_WAIT)
        try:
            reply = self._outbound.call(self._call(secret, event, document_of(event, {"id": of.id, "name": of.name})))
        except Untrusted:
            return Verdict(Outcome.AGAIN, "untrusted", REPAIR_WAIT)
        except NotSent:
            return Verdict(Outcome.AGAIN, "unreachable")
        except AnswerTooLarge:
            return Verdict(Outcome.AGAIN, "answer_too_large", REPAIR_WAIT)
        except OutboundError:
            return Verdict(Outcome.AGAIN, "no_answer")
        return judge(reply.status, _said(reply), _asked_wait(reply))

    def _call(self, secret: str, event: FeedRow, body: bytes) -> Call:
        headers = {
            "Content-Type": "application/json",
            "Keywright-Event-Id": event.event_id,
            "Idempotency-Key": event.event_id,
            "Keywright-Signature": signature(secret, body, self._parts.clock.now()),
        }
        return Call(
            "POST",
            self._settings.url,
            headers,
            body,
            timeout=self._settings.timeout,
            limit=_ANSWER,
            authority=self._settings.certificate_authority,
        )

    def _settle(
        self, tx: WriteTx, of: ProjectRow, claimed: ClaimedFeed, event: FeedRow | None, verdict: Verdict
    ) -> bool:
        now = self._parts.clock.now()
        if event is not None and verdict.outcome is Outcome.TAKEN:
            if verdict.registered:
                self._registered(tx, of, event.number)
            return rows.settle_event(tx, claimed, now)
        if verdict.outcome is Outcome.AGAIN:
            wait = verdict.wait or back_off(claimed.tries + 1, self._jitter())
            return rows.postpone_event(tx, claimed, now + wait, verdict.trouble)
        if not rows.stop_feed(tx, claimed, now, verdict.trouble):
            return False
        told: Told = {"project": of.id, "position": claimed.taken + 1}
        record(tx, self._parts, Event("feed_stopped", of.tenant, "service", reason=verdict.trouble, details=told))
        return True

    def _registered(self, tx: WriteTx, of: ProjectRow, number: int) -> None:
        _, news = ids.registered_now(tx, of.id, {number}, self._parts.clock.now())
        if news:
            told: Told = {"project": of.id, "registered": len(news), "number": number}
            record(tx, self._parts, Event("mobile_ids_registered", of.tenant, "service", details=told))

    def _jitter(self) -> float:
        return int.from_bytes(self._parts.random.token(_JITTER_BYTES), "big") / (1 << (8 * _JITTER_BYTES))


def _said(reply: Reply) -> object:
    try:
        return reply.json()
    except NotJson:
        return None


def _asked_wait(reply: Reply) -> timedelta | None:
    """When the host wants to be asked again; an hour at the longest."""
    seconds = reply.retry_after(-1)
    return None if seconds < 0 else timedelta(seconds=max(seconds, 1))

"""Puts a service together from its settings: store, directory, verification, relying parties, messages, lanes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from socket import gethostname

from fastapi import FastAPI

from kiosk.contract.profile import VerificationMethod
from kiosk.resources import resource
from kiosk.service.accounts.guests_screening import ask_next
from kiosk.service.accounts.passwords import Passwords
from kiosk.service.accounts.second_factor import SecondFactor
from kiosk.service.app import create_app
from kiosk.service.attestation.anchors import TrustAnchors, load_anchors
from kiosk.service.attestation.keeper import keeper
from kiosk.service.attestation.refresh import chores
from kiosk.service.attestation.trust import Trust
from kiosk.service.audit.anchors import anchor_next
from kiosk.service.audit.syslog import LogServer
from kiosk.service.audit.telling import Teller
from kiosk.service.bulk_import.worker import Migrator
from kiosk.service.catalog import DIRECTORIES, PHONES, RELYING_PARTIES, SCREENERS, make
from kiosk.service.database import open_database
from kiosk.service.directories.chain import Directories
from kiosk.service.directories.rules import Site
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.housekeeping import housekeeping
from kiosk.service.messages.connector import Channel, Messenger
from kiosk.service.messages.messengers import messengers
from kiosk.service.messages.templates import Templates
from kiosk.service.messages.worker import postmen
from kiosk.service.metrics.figures import Figures
from kiosk.service.outbound import Outbound
from kiosk.service.partners.keys import load_keys
from kiosk.service.parts import Parts
from kiosk.service.projects.auto_sync import AutoSync
from kiosk.service.projects.feed_worker import feed_lanes
from kiosk.service.relying_parties.phones import check_phones
from kiosk.service.replica import Replica
from kiosk.service.server import Leave, Server
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import Clock, Random, SystemClock, SystemRandom
from kiosk.service.store.audit import TRAIL
from kiosk.service.store.batches import BATCHES
from kiosk.service.store.engine import Store
from kiosk.service.store.rates import RATES
from kiosk.service.store.removals import REMOVALS
from kiosk.service.store.screenings import SCREENINGS
from kiosk.service.store.upgrade import upgrade
from kiosk.service.telemetry.watching import Watch, watch_of
from kiosk.service.tls import Identity, server_context
from kiosk.service.tokens.rates import Rates
from kiosk.service.tokens.sharing import Sharing
from kiosk.service.verification.connector import Verifier
from kiosk.service.verification.methods import verifiers
from kiosk.service.wiring import Wiring
from kiosk.service.worker import Bell, Chore, Tended, Worker

SHIPPED_ROOTS = "attestation/roots"
"""The roots of makers of keys that come with the program (a resource)."""
_EACH_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a service gets from outside: its keys and secrets, its time and randomness.

    `hmac_key` (32 bytes) must stay the same for a database. `secret` resolves the name of a secret. `anchors` are
    believed besides those of the settings or of the program: the simulated key's root, where the service is `embedded`.
    """

    hmac_key: bytes
    secret: Callable[[str], str]
    embedded: bool = False
    anchors: TrustAnchors = field(default_factory=TrustAnchors)
    clock: Clock | None = None
    random: Random | None = None
    outbound: Outbound | None = None
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Service:
    """An assembled service. `close` ends its lanes and its database; the server is stopped by who started it."""

    parts: Parts
    app: FastAPI
    worker: Worker
    outbound: Outbound

    def serve(self, identity: Identity, host: str, port: int) -> Server:
        """A server for it that listens already; `start` or `run` it. Raises PortTaken, ConfigurationError, OSError."""
        wanted = self.parts.settings.server
        leave = Leave(self.parts.replica, wanted.drain, self._dismiss)
        return Server(
            self.app,
            server_context(identity),
            host,
            port,
            connections=wanted.connections,
            leave=leave,
            proxies=wanted.proxies,
        )

    def _dismiss(self) -> None:
        """Whoever waits for news is answered now."""
        self.parts.board.dismiss()
        self.parts.bulletin.dismiss()

    def close(self) -> None:
        """Stop the lanes, then close what they used, each whatever becomes of the others. Safe to call twice."""
        with ExitStack() as last_first:
            last_first.callback(self.parts.store.close)
            last_first.callback(self.outbound.close)
            last_first.callback(self.parts.directories.close)
            last_first.callback(self.worker.stop)


def assemble(settings: ServiceSettings, around: Surroundings) -> Service:
    """Open and upgrade the database, and build everything else; nothing runs yet (`service.worker.start()`). Where it
    fails, nothing stays open.

    Raises ConfigurationError, NoCredential, StorageFull, StoreBusy.
    """
    check_phones(settings)
    with ExitStack() as opened:
        service = _assembled(settings, around, opened)
        opened.pop_all()
    return service


def _assembled(settings: ServiceSettings, around: Surroundings, opened: ExitStack) -> Service:
    clock, random = around.clock or SystemClock(), around.random or SystemRandom()
    replica = Replica(settings.server.replica)
    store = opened.enter_context(closing(open_database(settings.database, around.secret)))
    bell, outbound = Bell(), opened.enter_context(closing(around.outbound or Outbound()))
    watch = watch_of(settings.telemetry, replica.name, outbound)
    watch.statements(store)
    upgrade(store)
    told = None if store.in_process else lambda: bell.ring({RATES})
    wiring = wire(settings, replace(around, clock=clock, random=random), store, outbound)
    parts = Parts(
        store=store,
        clock=clock,
        random=random,
        settings=settings,
        directories=_directories(settings, wiring, watch, opened),
        trust=wiring.trust,
        verifiers=_verifiers(settings, around, watch.wiring(wiring, "verification", "lookup")),
        relying_parties={
            each.id: make(RELYING_PARTIES, each, watch.wiring(wiring, "party", each.id))
            for each in settings.relying_parties
        },
        hmac_key=around.hmac_key,
        secret=around.secret,
        rates=Rates(settings.accounts.requests_per_minute, told),
        addresses=Rates(settings.phone.requests_per_minute, told),
        passwords=Passwords(settings.accounts.passwords),
        screeners=tuple(make(SCREENERS, each, wiring) for each in settings.accounts.screening),
        partners={each.id: load_keys(each, around.secret) for each in settings.accounts.partners},
        enroller=None if settings.phone.enroller is None else make(PHONES, settings.phone.enroller, wiring),
        embedded=around.embedded,
        replica=replica,
        figures=Figures(replica.name),
    )
    store.told = bell.ring
    channels = watch.messengers(messengers(settings, wiring))
    lanes = {**_lanes(parts, channels), **_outward_lanes(parts, watch.wiring(wiring, "outward", "chore").outbound)}
    app = create_app(parts)
    watch.requests(app)
    return Service(parts, app, Worker(watch.lanes(lanes), bell), outbound)


def _directories(settings: ServiceSettings, wiring: Wiring, watch: Watch, opened: ExitStack) -> Directories:
    made = [
        opened.enter_context(closing(make(DIRECTORIES, each, watch.wiring(wiring, "directory", each.id))))
        for each in settings.directories
    ]
    return Directories(made, partial(watch.asking, "directory"))


def _verifiers(
    settings: ServiceSettings, around: Surroundings, wiring: Wiring
) -> Mapping[VerificationMethod, Verifier]:
    return verifiers(
        settings.verification,
        store=wiring.store,
        outbound=wiring.outbound,
        secret=around.secret,
        now=wiring.clock.now,
        factor=SecondFactor(around.hmac_key, settings.accounts.totp.drift),
    )


def wire(settings: ServiceSettings, around: Surroundings, store: Store, outbound: Outbound) -> Wiring:
    """What connectors are made with. Raises ConfigurationError."""
    return Wiring(
        store=store,
        outbound=outbound,
        secret=around.secret,
        clock=around.clock or SystemClock(),
        random=around.random or SystemRandom(),
        trust=_trust(settings, around.anchors),
        site=Site(settings.identify.region, settings.identify.email_domain),
        attributes={name: each.kind for name, each in settings.identify.attributes.items()},
        organization=settings.organization,
        lifetime=settings.session.ceremony_life,
        sleep=around.sleep,
    )


def _trust(settings: ServiceSettings, anchors: TrustAnchors) -> Trust:
    roots = settings.attestation.roots
    believed = anchors | load_anchors(resource(SHIPPED_ROOTS) if roots is None else roots)
    asked = settings.attestation.metadata
    known = None if asked is None else keeper(asked, settings.server.data_directory)
    return Trust(settings.attestation_policy(), believed, known)


def _outward_lanes(parts: Parts, outbound: Outbound) -> Mapping[str, tuple[Chore, ...]]:
    """A slow download, and a host system that hangs, hold nothing else up."""
    asked, known = parts.settings.attestation.metadata, parts.trust.metadata
    lanes = {**feed_lanes(parts, outbound), **_anchoring(parts), **_telling(parts)}
    if asked is None or known is None:
        return lanes
    return {**lanes, "metadata": chores(asked, known, outbound, parts.clock.now)}


def _anchoring(parts: Parts) -> Mapping[str, tuple[Chore, ...]]:
    """The folder of anchors is on another machine, at best."""
    asked = parts.settings.audit
    folder = asked.anchors
    if folder is None:
        return {}
    return {"anchors": (Chore("anchor", lambda: anchor_next(parts, folder), asked.anchor_each),)}


def _telling(parts: Parts) -> Mapping[str, tuple[Chore, ...]]:
    """A log server that hangs holds nothing else up. Raises ConfigurationError."""
    asked = parts.settings.audit
    if asked.syslog is None:
        return {}
    teller = Teller(parts, LogServer.of(asked.syslog, asked.syslog_authority), gethostname())
    return {"syslog": (Chore("tell_trail", teller.tell_next, hears=TRAIL),)}


def _read_policies(parts: Parts) -> bool:
    """There is never more to do at once."""
    parts.policies.read_all(parts.relying_parties.values(), parts.clock.now())
    return False


def _lanes(parts: Parts, channels: Mapping[Channel, Messenger]) -> Mapping[str, tuple[Chore, ...]]:
    """One lane for each channel of messages and each directory that has work to do, one for what other systems must
    forget, one for what they may tell, and one for what time does."""
    templates = Templates(resource("templates"))
    mail = {
        str(each.channel): (Chore(f"{each.channel}", each.deliver_next, hears=each.channel, end=each.part),)
        for each in postmen(parts, channels, templates)
    }
    tended = {f"directory-{each.id}": each.chores() for each in parts.directories.all if isinstance(each, Tended)}
    migrator = Migrator(parts)
    return {
        **mail,
        **tended,
        **({} if parts.store.in_process else {"limits": Sharing(parts).chores()}),
        "removals": (Chore("remove", lambda: remove_next(parts), hears=REMOVALS),),
        "screenings": (Chore("screen", lambda: ask_next(parts), hears=SCREENINGS),),
        "policies": (Chore("read_policies", lambda: _read_policies(parts), _EACH_MINUTE),),
        "migrations": (Chore("migrate", migrator.work, hears=BATCHES, end=migrator.let_go),),
        "lists": (Chore("sync_lists", AutoSync(parts).work, _EACH_MINUTE),),
        "housekeeping": housekeeping(parts),
    }

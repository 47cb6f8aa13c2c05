"""What doctor looks at outside of this process: every system that the settings name, with the least harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from kiosk.commands.checks import Finding, bad, good
from kiosk.commands.served import secrets_of
from kiosk.commands.words import sentence, tame
from kiosk.credentials import CredentialStore
from kiosk.errors import ConfigurationError, KioskError
from kiosk.service.assembly import Surroundings, wire
from kiosk.service.catalog import DIRECTORIES, MESSENGERS, PHONES, RELYING_PARTIES, SCREENERS, make
from kiosk.service.database import open_database
from kiosk.service.directories.directory_settings import DirectorySettings, RemoteDirectorySettings
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import Store, StoreBusy
from kiosk.service.store.upgrade import revisions
from kiosk.service.telemetry.settings import TelemetrySettings
from kiosk.service.telemetry.watching import tracer_of
from kiosk.service.verification.methods import lookup_of
from kiosk.service.verification.settings import LookupSettings
from kiosk.service.wiring import Wiring

Look = Callable[[], str]


def examine_outside(settings: ServiceSettings, store: CredentialStore) -> Iterator[Finding]:
    """Ask each of them what it can be asked without harm."""

    secret = secrets_of(store)
    try:
        database = open_database(settings.database, secret)
    except KioskError:
        return  # told among the checks of the server, with its remedy
    with closing(database), closing(Outbound()) as outbound:
        try:
            wiring = wire(settings, Surroundings(b"", secret), database, outbound)
        except ConfigurationError as error:
            yield bad("attestation", sentence(error), "correct what is named")
            return
        for name, look in _looks(settings, wiring):
            yield found(name, look)
        if settings.telemetry.endpoint is not None:
            yield found("traces", partial(_telemetry, settings.telemetry, outbound))


def found(name: str, look: Look) -> Finding:
    """What a look at one system brings."""
    try:
        return good(name, tame(look()))
    except ProbeFailed as error:
        return bad(name, tame(error.seen), tame(error.remedy, 400))
    except ConfigurationError as error:
        return bad(name, sentence(error), f"correct {error.path}")
    except KioskError as error:
        return bad(name, sentence(error), "see resources/docs/secrets.md")
    except StoreBusy as error:
        return bad(name, f"the database does not answer ({type(error).__name__})", "see the check of the database")


def _looks(settings: ServiceSettings, wiring: Wiring) -> Iterator[tuple[str, Look]]:
    """What is looked at, by the name of the check."""
    begun = _begun(wiring.store)
    for each in settings.directories:
        if begun or isinstance(each, RemoteDirectorySettings):
            yield f"directory {each.id}", partial(_directory, each, wiring)
    for party in settings.relying_parties:
        yield f"party {party.id}", partial(_probe, RELYING_PARTIES, party, wiring)
    enroller = settings.phone.enroller
    single = (
        ("mail server", MESSENGERS, settings.mail),
        ("sms gateway", MESSENGERS, settings.sms),
        ("phones" if enroller is None else f"phones {enroller.id}", PHONES, enroller),
    )
    for name, folder, one in single:
        if one is not None:
            yield name, partial(_probe, folder, one, wiring)
    for screener in settings.accounts.screening:
        yield f"checker {screener.id}", partial(_probe, SCREENERS, screener, wiring)
    if settings.verification.lookup is not None:
        yield "look-up", partial(_lookup, settings.verification.lookup, settings, wiring)


def _begun(store: Store) -> bool:
    """Whether the database has the tables of this release; doctor makes none."""
    if store.file is not None and not store.file.exists():
        return False
    try:
        has, wants = revisions(store)
    except (KioskError, StoreBusy):
        return False
    return has == wants


def _probe(folder: str, settings: object, wiring: Wiring) -> str:
    return str(make(folder, settings, wiring).probe())


def _directory(settings: DirectorySettings, wiring: Wiring) -> str:
    with closing(make(DIRECTORIES, settings, wiring)) as directory:
        return str(directory.probe())


def _telemetry(telemetry: TelemetrySettings, outbound: Outbound) -> str:
    tracer = tracer_of(telemetry, "doctor", outbound)
    return "" if tracer is None else tracer.probe()


def _lookup(lookup: LookupSettings, settings: ServiceSettings, wiring: Wiring) -> str:
    badge = settings.verification.badge
    return lookup_of(lookup, badge, wiring.outbound, wiring.secret, wiring.clock.now).probe()

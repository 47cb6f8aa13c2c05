"""What doctor asks the service, as the station that it is: TLS, clock, credential, profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from kiosk.commands.checks import Finding, Level, bad, good
from kiosk.commands.composition import reference
from kiosk.commands.words import sentence, tame
from kiosk.config import StationSettings
from kiosk.credentials import CredentialStore
from kiosk.errors import KioskError
from kiosk.station.client import Client
from kiosk.station.configuration import last_good
from kiosk.station.identity import read_identity
from kiosk.station.own_key import Credential

SKEW, WRONG = 30.0, 300.0
"""Seconds between the two clocks: from the first doctor warns; from the second certificates and codes suffer."""


def check_secret(store: CredentialStore, name: str) -> Finding:
    """Where the station's secret lies, never what it is."""
    try:
        place = store.where(name)
    except KioskError as error:
        return bad("secret", sentence(error), "see resources/docs/secrets.md")
    if place is None:
        return bad("secret", f"{name} is nowhere", "put it where resources/docs/secrets.md says")
    return good("secret", f"{name} is in the place {place.value}")


def check_identity(settings: StationSettings) -> Finding:
    """Who this station is, and the last good configuration that it starts with when the service is away."""
    identity = read_identity(settings.state_folder)
    if identity is None:
        return good("identity", "none: it signs in with a client secret, or waits for its code")
    told = last_good(settings.state_folder, identity)
    place = f" at {tame(identity.site)}" if identity.site else ""
    who = f"{tame(identity.name)}{place}, {tame(identity.client_id)}"
    if told is None:
        return bad("identity", f"{who}; no configuration is kept", "let it reach the service once", Level.WARN)
    return good("identity", f"{who}; configuration {told.version} of {_day(told.issued_at)}")


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def secret_name(settings: StationSettings) -> str:
    """What the station's credential is called: its own key since it was activated, else its client secret."""
    identity = read_identity(settings.state_folder)
    return settings.service.secret if identity is None else identity.key


def check_service(
    settings: StationSettings,
    secret: Callable[[], Credential],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Finding, ...]:
    """Reach it, compare clocks, sign in, fetch the profile; what fails ends the row."""
    try:
        client = Client(settings.service, secret, clock=monotonic, wait=lambda _: True, reference=reference)
    except KioskError as error:
        return (bad("service", sentence(error), "correct service.ca_file"),)
    findings: list[Finding] = []
    try:
        answer = client.health()
        findings.append(good("service", f"{tame(settings.service.url)} answers, its certificate is trusted"))
        if answer.date is not None:
            findings.append(check_clock((now() - answer.date).total_seconds()))
        profile = client.profile()
        seen = f"accepted; {len(profile.relying_parties)} relying parties, {len(profile.methods)} ways to verify"
        findings.append(good("station", seen))
    except KioskError as error:
        name = "station" if findings else "service"
        seen = sentence(error) if findings else f"offline: {sentence(error)}"
        findings.append(bad(name, seen, "see resources/docs/station.md"))
    finally:
        client.close()
    return tuple(findings)


def check_clock(ahead: float) -> Finding:
    """`ahead`: seconds that this machine's clock is before the service's."""
    off = abs(ahead)
    seen = f"{off:.0f} seconds {'ahead of' if ahead > 0 else 'behind'} the service's"
    if off < SKEW:
        return good("clock", seen)
    return bad("clock", seen, "switch on time synchronisation (timedatectl set-ntp true)", _level(off))


def _level(off: float) -> Level:
    return Level.FAIL if off >= WRONG else Level.WARN

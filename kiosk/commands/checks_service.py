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
        findings.append(bad(name, sentence(error), "see resources/docs/station.md"))
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

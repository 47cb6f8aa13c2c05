"""The network lane of a station that may have an identity: it obeys its signed configuration, and can be activated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.config import StationSettings
from kiosk.contract.profile import Profile
from kiosk.contract.stations import StationConfiguration
from kiosk.enrollment.answers import ProfileLoaded, StationActivated
from kiosk.enrollment.effects import ActivateStation, LoadProfile
from kiosk.errors import ServiceUntrusted
from kiosk.station import configuration
from kiosk.station.activation import Enlisting
from kiosk.station.configuration import NotTaken
from kiosk.station.http import Https
from kiosk.station.identity import Identity, read_identity
from kiosk.station.station_client import StationClient
from kiosk.station.work import Build, Job, LaneContext, Outcome, Performer


def fetch(client: StationClient, settings: StationSettings, identity: Identity) -> StationConfiguration:
    """The configuration of now: what the service says is new, else the last good one. Raises ServiceUntrusted where it
    is not signed for us, and what the client raises."""
    known = configuration.last_good(settings.state_folder, identity)
    token = client.configuration(known.version if known is not None else 0)
    if not token:
        if known is None:
            raise ServiceUntrusted
        return known
    try:
        return configuration.take(settings.state_folder, identity, token)
    except NotTaken:
        raise ServiceUntrusted from None


def shown(settings: StationSettings, profile: Profile) -> Profile:
    """The profile as this station shows it: with its own choice of languages, if it has one."""
    return replace(profile, languages=settings.languages or profile.languages)


@dataclass(frozen=True, slots=True)
class Doors:
    """What opens the ways to the service, in the lane's thread: `https` without a token, `client` with its own."""

    https: Callable[[], Https]
    client: Callable[[], StationClient]


class Enlisted:
    """A network lane's performer that knows who the station is."""

    def __init__(self, performer: Performer, settings: StationSettings, enlisting: Enlisting, doors: Doors) -> None:
        self._performer, self._settings, self._enlisting, self._doors = performer, settings, enlisting, doors

    def perform(self, job: Job) -> Outcome | None:
        """As `Performer.perform`."""
        match job.work:
            case ActivateStation(attempt, code):
                https = self._doors.https()
                try:
                    made = self._enlisting.activate(https, code.reveal())
                finally:
                    https.close()
                return StationActivated(attempt, made.name, made.site)
            case LoadProfile(attempt) if (identity := read_identity(self._settings.state_folder)) is not None:
                return self._load(attempt, identity)
            case _:
                return self._performer.perform(job)

    def _load(self, attempt: int, identity: Identity) -> ProfileLoaded:
        client = self._doors.client()
        try:
            profile = shown(self._settings, fetch(client, self._settings, identity).profile)
        finally:
            client.close()
        return ProfileLoaded(attempt, profile, profile.embedded or self._settings.simulator)

    def idle(self) -> None:
        """As `Performer.idle`."""
        self._performer.idle()

    def close(self) -> None:
        """As `Performer.close`."""
        self._performer.close()


def enlisted(build: Build, settings: StationSettings, enlisting: Enlisting, doors: Doors) -> Build:
    """The same lane, of a station that may have an identity."""

    def made(context: LaneContext) -> Performer:
        return Enlisted(build(context), settings, enlisting, doors)

    return made

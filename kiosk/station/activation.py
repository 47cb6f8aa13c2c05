"""The station gets its identity: one code, a key pair of its own, once.

The key is stored before the service hears of it, beside the one in use. So when the answer is lost, the same code with
the same key is answered again; and when the code is refused, the station is still who it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import TypeAdapter

from kiosk.config import ServiceEndpoint
from kiosk.contract import paths
from kiosk.contract.stations import ActivatedStation, ActivateStation
from kiosk.errors import ConfigurationError, InputRefused, NoCredential, ServiceBroken, ServiceUntrusted, WrongCode
from kiosk.secret import Secret
from kiosk.station import configuration
from kiosk.station.activation_code import read_code
from kiosk.station.client import _accepted, _decoded
from kiosk.station.configuration import NotTaken
from kiosk.station.http import Answer, Https
from kiosk.station.identity import Identity, other_slot, read_identity, write_identity
from kiosk.station.own_key import OwnKey
from kiosk.station_errors import ActivationRefused

_log = structlog.get_logger("keywright.station")
_TOLD = TypeAdapter(ActivatedStation)


class Credentials(Protocol):
    """Where the key is kept: `kiosk.credentials.CredentialStore` is one."""

    def read(self, name: str) -> Secret:
        """The secret. Raises NoCredential, ConfigurationError."""
        ...

    def write(self, name: str, secret: Secret) -> object:
        """Keep it. Raises ConfigurationError where there is no place for it."""
        ...


@dataclass(frozen=True, slots=True)
class Enlisting:
    """What activates a station whose state lies in `folder`. `credentials` opens the store, in the caller's thread."""

    folder: Path
    endpoint: ServiceEndpoint
    credentials: Callable[[], Credentials]
    version: str = ""
    now: Callable[[], float] = time.time

    def activate(self, https: Https, text: str) -> Identity:
        """Become the station that this code is for.

        Raises InputRefused (no code at all), ActivationRefused, Locked, ConfigurationError (no place for the key, or
        for the identity), and what the service raises.
        """
        code = read_code(text, self.endpoint.url)
        store = self.credentials()
        slot = other_slot(read_identity(self.folder))
        left = _left_over(store, slot)
        try:
            told = self._ask(https, code, left or _fresh(store, slot))
        except ActivationRefused:
            if left is None:
                raise
            told = self._ask(https, code, _fresh(store, slot))  # that key was for another code
        return self._become(told, slot)

    def _ask(self, https: Https, code: str, key: OwnKey) -> ActivatedStation:
        answer = self._send(https, code, key, self.now())
        if answer.status == 400 and answer.clock is not None:
            _log.warning("clock_wrong", seconds=round(self.now() - answer.clock))
            answer = self._send(https, code, key, answer.clock)
        try:
            return _decoded(_accepted(answer), _TOLD)
        except WrongCode as error:
            raise ActivationRefused(error.reference) from None
        except InputRefused:
            raise ServiceBroken(answer.reference) from None

    def _send(self, https: Https, code: str, key: OwnKey, moment: float) -> Answer:
        proof = key.sign(
            {
                "code_sha256": hashlib.sha256(code.encode()).hexdigest(),
                "aud": self.endpoint.url + paths.STATION_ACTIVATION,
                "iat": int(moment),
            }
        )
        asked = ActivateStation(code, key.public, proof, self.version)
        return https.send("POST", paths.STATION_ACTIVATION, json=asdict(asked))

    def _become(self, told: ActivatedStation, slot: str) -> Identity:
        service = self.endpoint.url
        identity = Identity(told.station_id, told.client_id, told.name, told.site, service, told.verify_key, slot)
        try:
            configuration.take(self.folder, identity, told.configuration)
        except NotTaken:
            raise ServiceUntrusted from None
        write_identity(self.folder, identity)
        _log.info("station_activated", station=told.station_id)
        return identity


def _left_over(store: Credentials, slot: str) -> OwnKey | None:
    """The key of an activation whose end is not known; one that cannot be read is none."""
    try:
        return OwnKey.read(store.read(slot))
    except (NoCredential, ConfigurationError):
        return None


def _fresh(store: Credentials, slot: str) -> OwnKey:
    key = OwnKey.make()
    store.write(slot, key.secret())
    return key

"""The settings of a station: frozen, strict, from one TOML file and the environment; no secret is among them.

Written without a validation library, because the first screen waits for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from kiosk.errors import ConfigurationError

ENVIRONMENT = "KEYWRIGHT_STATION_"
"""`service.url` may be given, or changed, as `KEYWRIGHT_STATION_SERVICE_URL`."""

STATE_FOLDER = Path("/var/lib/keywright/station")

_URL = re.compile(r"https://[^\s/@?#]+(/[^\s?#]*)?")
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CAMERA = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
_QUEUE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]{0,126})?")
_SOCKET = re.compile(r"(/[^\s:]{1,100})?")  # CUPS itself sees to it that nothing leaves the machine in clear
_TRUTH = {"true": True, "false": False}


class Place(StrEnum):
    """Where something is, seen by the person in front of the screen."""

    BELOW = "below"
    LEFT = "left"
    RIGHT = "right"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """Where the service is and how the station speaks to it.

    `ca_file` (PEM) holds the only authorities that are believed. `secret` is the name of the OAuth2 client secret in
    the credential store. Time-outs are in seconds: to connect, to wait for the next byte, and for a whole answer;
    `retries` is how often a call that may be repeated is tried again.
    """

    url: str
    ca_file: Path
    client_id: str = "station"
    secret: str = "station-secret"  # noqa: S105 - a name
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    answer_timeout: float = 30.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """The printer for sealed letters: a `queue` of CUPS, empty for none. `server` is the socket of another CUPS on this
    machine than the system's own; `patience` is in seconds, until the printer has taken a letter."""

    queue: str = ""
    server: str = ""
    patience: float = 60.0


@dataclass(frozen=True, slots=True)
class StationSettings:
    """All settings of one station.

    `simulator` accepts keys that are no hardware, for development. `languages` (BCP 47) are offered in this order;
    empty means as the service says. `slot` and `reader` say where people find the key slot and the badge reader.
    `camera` reads codes that are shown to it: True for the system's own choice, or the name of one. With
    `camera_badges` badges are such codes, too.
    `agent_socket` is that of a key agent that the system runs; without it the station starts one of its own.
    `credentials_folder` allows secrets in files there, where there is neither systemd nor a keyring.
    """

    service: ServiceEndpoint
    state_folder: Path = STATE_FOLDER
    simulator: bool = False
    languages: tuple[str, ...] = ()
    slot: Place = Place.BELOW
    reader: Place = Place.BESIDE
    camera: bool | str = False
    camera_badges: bool = False
    agent_socket: Path | None = None
    credentials_folder: Path | None = None
    printer: PrinterSettings = PrinterSettings()


def load_station_settings(file: Path, environment: Mapping[str, str]) -> StationSettings:
    """Read the settings of a station from `file`; variables of `environment` win.

    A relative path in the file is relative to the file's folder. Raises ConfigurationError naming the setting.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(file), f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(file), f"is not TOML: {error}") from error
    return read_station_settings(table, environment, file.parent)


def read_station_settings(
    table: Mapping[str, Any], environment: Mapping[str, str], folder: Path = Path()
) -> StationSettings:
    """As `load_station_settings`, from a parsed table."""
    names = {name.removeprefix(ENVIRONMENT): text for name, text in environment.items() if name.startswith(ENVIRONMENT)}
    top = _Reader(dict(table), "", names, folder)
    service = _Reader(top.table("service"), "service.", names, folder)
    credentials = _Reader(top.table("credentials"), "credentials.", names, folder)
    printer = _Reader(top.table("printer"), "printer.", names, folder)
    settings = StationSettings(
        service=_service(service),
        state_folder=top.path("state_folder", STATE_FOLDER),
        simulator=top.truth("simulator", default=False),
        languages=top.texts("languages", (), _TAG),
        slot=Place(top.choice("slot", Place.BELOW, tuple(Place))),
        reader=Place(top.choice("reader", Place.BESIDE, tuple(Place))),
        camera=top.truth_or_text("camera", _CAMERA),
        camera_badges=top.truth("camera_badges", default=False),
        agent_socket=top.path("agent_socket", Path()) if top.has("agent_socket") else None,
        credentials_folder=credentials.path("folder", Path()) if credentials.has("folder") else None,
        printer=_printer(printer),
    )
    for reader in (service, credentials, printer, top):
        reader.finish()
    if names:
        raise ConfigurationError(ENVIRONMENT + min(names), "is no setting of a station")
    return settings


def _service(reader: _Reader) -> ServiceEndpoint:
    standard = ServiceEndpoint(url="", ca_file=Path())
    return ServiceEndpoint(
        url=reader.text("url", None, _URL).rstrip("/"),
        ca_file=reader.path("ca_file", None),
        client_id=reader.text("client_id", standard.client_id, _NAME),
        secret=reader.text("secret", standard.secret, _NAME),
        connect_timeout=reader.number("connect_timeout", standard.connect_timeout, (0.1, 60)),
        read_timeout=reader.number("read_timeout", standard.read_timeout, (0.1, 120)),
        answer_timeout=reader.number("answer_timeout", standard.answer_timeout, (0.1, 300)),
        retries=int(reader.number("retries", standard.retries, (0, 5), whole=True)),
    )


def _printer(reader: _Reader) -> PrinterSettings:
    standard = PrinterSettings()
    settings = PrinterSettings(
        queue=reader.text("queue", standard.queue, _QUEUE),
        server=reader.text("server", standard.server, _SOCKET),
        patience=reader.number("patience", standard.patience, (5, 600)),
    )
    if settings.server and not settings.queue:
        raise ConfigurationError("printer.queue", "is missing")
    return settings


@dataclass
class _Reader:
    """One table of the file; every setting is taken out once, and what stays is unknown."""

    rest: dict[str, Any]
    prefix: str
    environment: dict[str, str]
    folder: Path
    _missing: object = field(default_factory=object)

    def has(self, name: str) -> bool:
        """Whether the setting is given."""
        return name in self.rest or self._variable(name) in self.environment

    def table(self, name: str) -> dict[str, Any]:
        value = self.rest.pop(name, {})
        if not isinstance(value, dict):
            raise ConfigurationError(self.prefix + name, "must be a table")
        return dict(value)

    def text(self, name: str, default: str | None, pattern: re.Pattern[str]) -> str:
        value = self._take(name, default)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ConfigurationError(self.prefix + name, f"must be text like {pattern.pattern}")
        return value

    def texts(self, name: str, default: tuple[str, ...], pattern: re.Pattern[str]) -> tuple[str, ...]:
        value = self._take(name, list(default))
        if isinstance(value, str):  # from the environment
            value = value.split()
        if not isinstance(value, list) or not all(isinstance(one, str) and pattern.fullmatch(one) for one in value):
            raise ConfigurationError(self.prefix + name, f"must be a list of texts like {pattern.pattern}")
        return tuple(value)

    def path(self, name: str, default: Path | None) -> Path:
        value = self._take(name, None if default is None else str(default))
        if not isinstance(value, str) or not value or "\0" in value:
            raise ConfigurationError(self.prefix + name, "must be a path")
        return self.folder / Path(value).expanduser()

    def truth(self, name: str, *, default: bool) -> bool:
        value = self._take(name, default)
        value = _TRUTH.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise ConfigurationError(self.prefix + name, "must be true or false")
        return value

    def truth_or_text(self, name: str, pattern: re.Pattern[str]) -> bool | str:
        value = self._take(name, False)
        value = _TRUTH.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, bool) and not (isinstance(value, str) and pattern.fullmatch(value)):
            raise ConfigurationError(self.prefix + name, "must be true, false, or a name")
        return value

    def number(self, name: str, default: float, limits: tuple[float, float], *, whole: bool = False) -> float:
        value = self._take(name, default)
        if isinstance(value, str):
            try:
                value = int(value) if whole else float(value)
            except ValueError as error:
                raise ConfigurationError(self.prefix + name, "must be a number") from error
        wanted = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or not limits[0] <= value <= limits[1]:
            kind = "whole number" if whole else "number"
            raise ConfigurationError(self.prefix + name, f"must be a {kind} from {limits[0]} to {limits[1]}")
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self._take(name, default)
        if value not in choices:
            raise ConfigurationError(self.prefix + name, "must be one of " + ", ".join(choices))
        return str(value)

    def finish(self) -> None:
        """Raise ConfigurationError when the table has a setting that nobody asked for."""
        if self.rest:
            raise ConfigurationError(self.prefix + min(self.rest), "is no setting of a station")

    def _take(self, name: str, default: object) -> Any:
        given = self.rest.pop(name, self._missing)
        variable = self._variable(name)
        if variable in self.environment:
            return self.environment.pop(variable)
        if given is not self._missing:
            return given
        if default is None:
            raise ConfigurationError(self.prefix + name, "is missing")
        return default

    def _variable(self, name: str) -> str:
        return (self.prefix + name).replace(".", "_").upper()

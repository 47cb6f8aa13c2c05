"""Finds connectors: each is one module in a folder of its own kind, with its settings model and how it is made.

Whoever adds one adds a file; nothing else names it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from kiosk.service.settings_model import SettingsModel
from kiosk.service.wiring import Wiring

DIRECTORIES: Final = "kiosk.service.directories.connectors"
RELYING_PARTIES: Final = "kiosk.service.relying_parties.connectors"
MESSENGERS: Final = "kiosk.service.messages.connectors"
SCREENERS: Final = "kiosk.service.screening.connectors"
PHONES: Final = "kiosk.service.mobile.connectors"

Settings = TypeVar("Settings", bound=SettingsModel)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Connector(Generic[Settings, Made]):
    """One kind of outside system. Its module names it `CONNECTOR`.

    `kind` is the word in the settings; `make` opens nothing yet, and raises ConfigurationError or NoCredential.
    """

    kind: str
    settings: type[Settings]
    make: Callable[[Settings, Wiring], Made]


@cache
def kinds(folder: str) -> tuple[str, ...]:
    """The kinds of a folder (a package's dotted name), which are the names of its modules."""
    package = importlib.import_module(folder)
    return tuple(sorted(each.name for each in pkgutil.iter_modules(package.__path__)))


@cache
def connector(folder: str, kind: str) -> Connector[Any, Any]:
    """The connector of one of the kinds; only this one is imported: others may bring large libraries."""
    found: Connector[Any, Any] = importlib.import_module(f"{folder}.{kind}").CONNECTOR
    assert found.kind == kind, f"{folder}.{kind} calls itself {found.kind}"
    return found


def connectors(folder: str) -> Mapping[str, Connector[Any, Any]]:
    """All connectors of a folder by their kind."""
    return {kind: connector(folder, kind) for kind in kinds(folder)}


def make(folder: str, settings: Any, wiring: Wiring) -> Any:
    """The connector that these settings belong to. Raises ConfigurationError, NoCredential."""
    return connector(folder, settings.kind).make(settings, wiring)


def settings_of(folder: str, default: str, base: type[SettingsModel] = SettingsModel) -> Callable[[object], object]:
    """A validator that reads settings with the model of the connector that their `kind` names, among those whose
    settings are of `base`.

    Raises ValueError with the path of the wrong setting before the colon, as all our settings do.
    """

    def read(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        kind = value.get("kind", default)
        model = connector(folder, kind).settings if kind in kinds(folder) else None
        if model is None or not issubclass(model, base):
            fitting = [name for name, each in connectors(folder).items() if issubclass(each.settings, base)]
            raise ValueError(f"kind: is none of {', '.join(fitting)}")
        try:
            text = json.dumps({**value, "kind": kind}, default=str)
            return model.model_validate_json(text, strict=True)
        except ValidationError as error:
            raise ValueError(": ".join(part for part in problem(error) if part)) from error

    return read


def problem(error: ValidationError) -> tuple[str, str]:
    """The path of the first wrong setting and what is wrong with it. A rule about several settings names one itself."""
    first = error.errors(include_url=False, include_input=False)[0]
    text = first["msg"].removeprefix("Value error, ")
    named, _, rest = text.partition(": ")
    names = bool(rest) and all(step and step.replace("_", "").isalnum() for step in named.split("."))
    path = (*map(str, first["loc"]), *([named] if names else ()))
    return ".".join(path), rest if names else text

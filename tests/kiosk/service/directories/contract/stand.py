"""What a directory stands on in the contract suite: its other side with the same people everywhere, and how it fails.

A connector joins the suite with a module `stand_<name>.py` here, which has `STANDS`: subclasses of `Stand`, or of
`RemoteStand` if the directory is somebody else's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kiosk.contract.profile import FieldKind
from kiosk.service import catalog
from kiosk.service.directories.connector import Directory
from kiosk.service.directories.rules import Site
from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.kiosk.service.running import StandingClock
from tests.kiosk.service.wired import wired

SITE = Site("DE", "example.test")
ATTRIBUTES: Mapping[str, FieldKind] = {"department": FieldKind.TEXT}
"""What every stand is wired with: `attribute:department` is searched where the directory can keep it."""

SECRET, WRONG = "right-geheim", "wrong-geheim"


@dataclass(frozen=True)
class Known:
    """Somebody whom every directory of the suite knows. `phone` is as it is written there."""

    upn: str
    given_name: str
    family_name: str
    phone: str
    employee_id: str
    department: str = "Intensive care"
    active: bool = True

    @property
    def email(self) -> str:
        return f"mail.{self.upn}".replace("*", "").lower()


ANNA = Known("Anna.Huebner@example.test", "Anna", "Hübner", "+49 1512 3456701", "A1001")
BERTS = tuple(
    Known(f"bert.meier{n}@example.test", "Bert", "Meier", f"+49 1512 345671{n}", f"B200{n}", "Surgery")
    for n in range(3)
)
ODD = Known("odd*user@example.test", "Pa(u)l", "O*Neil\\\"'", "+49 1512 3456702", "10*5", "R&D (new)")
FORMER = Known("former@example.test", "Fay", "Former", "+49 1512 3456703", "F3001", "Archive", active=False)
PEOPLE = (ANNA, *BERTS, ODD, FORMER)


class Stand(ABC):
    """One directory with PEOPLE in it."""

    NAME: ClassVar[str]
    MARKS: ClassVar[tuple[pytest.MarkDecorator, ...]] = ()
    DEPARTMENTS: ClassVar[bool] = True
    """Whether it can be searched for `attribute:department`."""
    DISABLES: ClassVar[bool] = True
    """Whether it keeps people who may not sign in."""

    directory: Directory

    @classmethod
    @abstractmethod
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> AbstractContextManager[Any]:
        """The stand for one test. `tls` is an authority, and a server that it vouches for: `localhost`, `127.0.0.1`."""

    @abstractmethod
    def disable(self, known: Known) -> None:
        """They may not sign in any more."""

    @abstractmethod
    def remove(self, known: Known) -> None:
        """They are gone."""


class RemoteStand(Stand):
    """One that is elsewhere, and can be out of reach."""

    wrong: Directory
    """The same with a wrong secret."""

    PATIENCE: ClassVar[float] = 8.0
    """Seconds after which a directory that says nothing is given up; stands set short time-outs."""

    @abstractmethod
    def down(self) -> AbstractContextManager[None]:
        """Nobody listens there, until the block ends; who was connected is cut off."""

    @abstractmethod
    def hanging(self) -> AbstractContextManager[None]:
        """It lets us in and says nothing, until the block ends."""


def made(settings: Mapping[str, Any], outbound: Outbound, secret: str = SECRET, **changes: Any) -> Directory:
    """A directory as the service makes it, from settings as in the settings file; every secret is `secret`."""
    read = catalog.settings_of(catalog.DIRECTORIES, "table")
    given = {"outbound": outbound, "clock": StandingClock(), "sleep": lambda _: None, **changes}
    wiring = wired(secret=lambda _: secret, site=SITE, attributes=ATTRIBUTES, **given)
    directory: Directory = catalog.make(catalog.DIRECTORIES, read(settings), wiring)
    return directory

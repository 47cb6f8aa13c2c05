"""What a checker stands on in the contract suite: its other side, and how that says yes, perhaps, no, and nothing.

A connector joins the suite with a module `stand_<name>.py` here, which has `STAND`: a subclass of `Stand`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from kiosk.service import catalog
from kiosk.service.outbound import Outbound
from kiosk.service.screening.connector import Screener
from kiosk.service.tls import Identity
from tests.kiosk.service.wired import wired

LISTED = ("Maria", "Okafor")
NEAR = ("Maria", "Okafer")
CLEAR = ("Thomas", "Müller")


class Stand(ABC):
    """One checker and its other side, for one test."""

    NAME: ClassVar[str]
    WARNS: ClassVar[bool] = False
    """Whether silence is told in the log as a warning."""

    def __init__(self, outbound: Outbound) -> None:
        self.outbound = outbound

    @classmethod
    @contextmanager
    def open(cls, tls: tuple[Identity, Identity], folder: Path) -> Iterator[Self]:
        """The stand. `tls` is an authority, and a server that it vouches for."""
        outbound = Outbound()
        try:
            with cls.opened(tls, folder, outbound) as stand:
                yield stand
        finally:
            outbound.close()

    @classmethod
    @abstractmethod
    def opened(cls, tls: tuple[Identity, Identity], folder: Path, outbound: Outbound) -> Any:
        """A context manager that gives the stand. It closes `outbound` before it stops a server."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings as in the settings file."""

    @abstractmethod
    def down(self) -> None:
        """From now on there is no usable answer."""

    @abstractmethod
    def up(self) -> None:
        """Everything is well again."""

    def make(self) -> Screener:
        """The checker as the service makes it."""
        told = catalog.settings_of(catalog.SCREENERS, "list")(self.settings())
        made: Screener = catalog.make(catalog.SCREENERS, told, wired(outbound=self.outbound))
        return made

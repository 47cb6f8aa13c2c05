"""A list in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity
from tests.kiosk.service.screening.contract.stand import LISTED, Stand


class ListStand(Stand):
    NAME = "list"
    WARNS = True

    def __init__(self, path: Path, outbound: Outbound) -> None:
        super().__init__(outbound)
        self.path = path
        self.up()

    @classmethod
    @contextmanager
    def opened(cls, tls: tuple[Identity, Identity], folder: Path, outbound: Outbound) -> Iterator[Self]:
        yield cls(folder / "names.csv", outbound)

    def settings(self) -> dict[str, Any]:
        return {"kind": "list", "id": "sanctions", "path": str(self.path)}

    def down(self) -> None:
        self.path.unlink()

    def up(self) -> None:
        self.path.write_text(f"name,reference\n{' '.join(LISTED)},case 7\n")


STAND = ListStand

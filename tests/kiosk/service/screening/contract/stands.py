"""Every stand of this folder."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.kiosk.service.screening.contract.stand import Stand

STANDS: list[type[Stand]] = [
    importlib.import_module(f"{__name__.rpartition('.')[0]}.{each.stem}").STAND
    for each in sorted(Path(__file__).parent.glob("stand_*.py"))
]

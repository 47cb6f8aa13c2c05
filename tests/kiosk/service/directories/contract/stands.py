"""All stands of the contract suite: each is a module `stand_<name>.py` of this folder."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.kiosk.service.directories.contract.stand import Stand

_NAMES = sorted(each.stem for each in Path(__file__).parent.glob("stand_*.py"))

STANDS: tuple[type[Stand], ...] = tuple(
    stand for name in _NAMES for stand in importlib.import_module(f"{__package__}.{name}").STANDS
)

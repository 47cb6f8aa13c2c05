"""All stands of the contract suite: each is a module `stand_<name>.py` of this folder."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.kiosk.service.messages.contract.stand import Stand

_NAMES = sorted(each.stem for each in Path(__file__).parent.glob("stand_*.py"))

STANDS: tuple[type[Stand], ...] = tuple(importlib.import_module(f"{__package__}.{name}").STAND for name in _NAMES)

"""The code that activates a station, as people type it and as scanners read it. Pure."""

from __future__ import annotations

import re
from typing import Final

from kiosk.contract.paths import STATION_ACTIVATION
from kiosk.errors import InputRefused

FIELD: Final = "activation_code"
LENGTH: Final = 16
"""Characters of Crockford's base 32."""

_GROUP: Final = 4
_MISREAD: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = re.compile(r"[\s\-‐-―_.]+")
_CODE: Final = re.compile(rf"[0-9A-HJKMNP-TV-Z]{{{LENGTH}}}")
_LONGEST: Final = 512


def read_code(text: str, service: str) -> str:
    """The code in groups of four: typed in any case, with spaces or hyphens anywhere and O, I or L for 0 and 1, or
    scanned with the address of `service` before it.

    Raises InputRefused: `empty`, `shape`, or `other_service` for the code of another one.
    """
    address, mark, code = text.strip()[:_LONGEST].rpartition("#")
    if mark and not _is_ours(address, service):
        raise InputRefused(FIELD, "other_service")
    plain = _BETWEEN.sub("", code).upper().translate(_MISREAD)
    if not plain:
        raise InputRefused(FIELD, "empty")
    if not _CODE.fullmatch(plain):
        raise InputRefused(FIELD, "shape")
    return "-".join(plain[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def _is_ours(address: str, service: str) -> bool:
    """Whether the part before the code is nothing, or the service's; scanners that type may change its case."""
    given = address.strip().lower().rstrip("/")
    own = service.lower().rstrip("/")
    return given in ("", own, own + STATION_ACTIVATION)

"""What staff find a trouble by: the reference that came with it, else one that is made and logged when it is shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog

from kiosk.enrollment.visit import Trouble
from kiosk.errors import ServiceError
from kiosk.logs import reference

_log = structlog.get_logger("keywright.ui")


def _fresh() -> str:
    return reference(secrets.token_bytes)


class References:
    """Gives each trouble on the screen one reference; the log has it beside the trouble's class."""

    def __init__(self, make: Callable[[], str] = _fresh) -> None:
        self._make = make
        self._named: tuple[Trouble | None, str] = (None, "")

    def __call__(self, trouble: Trouble) -> str:
        """The reference of this trouble; the same one as long as no other trouble is asked about."""
        known, given = self._named
        if known is not trouble:
            given = (trouble.reference if isinstance(trouble, ServiceError) else "") or self._make()
            self._named = (trouble, given)
            _log.info("screen_stopped", error=type(trouble).__name__, reference=given)
        return given

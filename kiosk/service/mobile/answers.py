"""The answer to how a code stands, for the documented route and for the fast one."""

from __future__ import annotations

from kiosk.contract import phone as wire
from kiosk.service.mobile.bodies import PhoneStanding


def standing_body(told: wire.PhoneStanding) -> PhoneStanding:
    """As it goes out."""
    return PhoneStanding(status=told.status, number=told.number, expires_in=told.expires_in, reason=told.reason)

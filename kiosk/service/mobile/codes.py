"""The actions of codes that phones scan, for whoever builds on them."""

from __future__ import annotations

from kiosk.service.mobile.openings import open_code
from kiosk.service.mobile.phones import completed, completed_for, failed, keep_work, look, matched, of_phone, scanned
from kiosk.service.mobile.standings import standing, take_back, take_back_of_enrollment

__all__ = [
    "completed",
    "completed_for",
    "failed",
    "keep_work",
    "look",
    "matched",
    "of_phone",
    "open_code",
    "scanned",
    "standing",
    "take_back",
    "take_back_of_enrollment",
]

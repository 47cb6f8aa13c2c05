"""Whether the service can be had, and when it is asked again. Pure."""

from __future__ import annotations

from typing import Final

from kiosk.enrollment.visit import Trouble
from kiosk.errors import ServiceUnreachable, ServiceUntrusted, StationRefused

SKEW: Final = 5.0
"""Seconds that this clock may be wrong before staff are told."""
LONGEST_PAUSE: Final = 60.0
REFUSED_PAUSE: Final = 300.0
"""Seconds between two heartbeats, at most, while none is answered; and while the service refuses this station."""

_AGAIN: Final = 2.0
_SPREAD: Final = 0.5
_DOUBLINGS: Final = 16


def is_lost(error: Trouble, missed: int) -> bool:
    """Whether nobody may begin here any more, after `missed` heartbeats (from 1) in a row that came to nothing. One
    may get lost; a refusal is certain. A service that answers nonsense is there, and each visit sees for itself."""
    if isinstance(error, StationRefused):
        return True
    return missed > 1 and isinstance(error, ServiceUnreachable | ServiceUntrusted)


def pause_after(error: Trouble | None, missed: int, heartbeat: float, chance: float) -> float:
    """Seconds until the next heartbeat. After one that came to nothing the next comes sooner, then ever later.
    `chance`, from 0 up to 1, makes it up to half as much longer."""
    if error is None:
        return heartbeat
    longest = REFUSED_PAUSE if isinstance(error, StationRefused) else LONGEST_PAUSE
    doubled = _AGAIN * (1 << min(max(missed - 1, 0), _DOUBLINGS))
    return min(doubled, longest) * (1 + _SPREAD * chance)


def ahead(sent: float, received: float, theirs: float) -> float:
    """Seconds that our clock is ahead of the service's, which told its time between two moments of ours; 0 where the
    way there and back may be all of it."""
    ours = (sent + received) / 2
    off = ours - theirs
    return off if abs(off) > max(received - sent, 0.0) / 2 else 0.0

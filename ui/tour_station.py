"""Sample states of the kiosk itself, before anybody can start: connecting, offline, switched off, activated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk import errors as kiosk_errors
from kiosk.enrollment import states as s
from kiosk.enrollment.visit import Kiosk
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from ui.tour_keys import Sample

_LOBBY = Kiosk("Lobby", activates=True)


def station_samples(locale: str) -> Iterator[Sample]:
    """From a new kiosk to one that waits for its service."""
    new = s.Activate(locale, problem=kiosk_errors.NoCredential("station-secret"), kiosk=Kiosk(activates=True))
    yield Sample("activate", new)
    yield Sample("activate-busy", replace(new, busy=True, problem=None))
    yield Sample("activate-refused", replace(new, problem=ActivationRefused()))
    yield Sample("activate-shape", replace(new, problem=kiosk_errors.InputRefused("activation_code", "shape")))
    yield Sample("activate-done", replace(new, done=True, problem=None, kiosk=_LOBBY, site="North gate", retry_in=8))
    connecting = s.Connecting(locale, kiosk=_LOBBY)
    yield Sample("connecting", connecting)
    away = replace(connecting, tries=2, problem=kiosk_errors.ServiceUnreachable(), retry_in=10)
    yield Sample("connecting-again", away)
    yield Sample("connecting-unknown", replace(away, problem=kiosk_errors.StationRefused("K7M-4Q2"), retry_in=30))
    yield Sample("connecting-switched-off", replace(away, problem=StationSwitchedOff(), retry_in=120))

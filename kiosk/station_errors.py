"""What can go wrong between a station and its service before anybody stands at the kiosk; see `kiosk.errors`.

StationRefused
└── StationSwitchedOff  the station was activated, and revoked since
Refusal
└── ActivationRefused   the code activates nothing: not one of ours, used, or too old
"""

from __future__ import annotations

from kiosk.errors import Refusal, StationRefused


class StationSwitchedOff(StationRefused):
    """The service does not take the key any more that this station was activated with: it was revoked."""


class ActivationRefused(Refusal):
    """The code activates nothing; whether it is wrong, used or too old is not told."""

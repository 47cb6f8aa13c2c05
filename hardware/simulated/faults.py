"""What can be wrong with a simulated key: switches for tests and for the demonstration's dock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """Any number of faults at once; the default is a healthy key.

    `dies_in` pulls the key out at the n-th CTAP command from when the fault was set (1 is the next) and
    `dies_on` at the first command with this command byte. It dies before it does the work, or with
    `dies_after_work` when the work is done and the answer is not yet sent. `slow` is in seconds per command.
    """

    silent: bool = False
    busy: bool = False
    garbage: bool = False
    forged_attestation: bool = False
    no_keepalives: bool = False
    full: bool = False
    slow: float = 0.0
    dies_in: int | None = None
    dies_on: int | None = None
    dies_after_work: bool = False


HEALTHY = Faults()

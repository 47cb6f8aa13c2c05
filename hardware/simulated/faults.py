"""What can be wrong with a simulated key: switches for tests and for the demonstration's dock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Way(Enum):
    """Which way a report goes, as USB says it: seen from the host."""

    OUT = "out"
    IN = "in"


class Trouble(Enum):
    """What happens to one report, or from one report on."""

    UNPLUG = "unplug"
    """The key is pulled out before the report arrives."""

    HANG = "hang"
    """From this report on the key is in and says nothing, until it is plugged anew or its faults are set anew."""

    LOSE = "lose"
    DUPLICATE = "duplicate"
    WRONG_CHANNEL = "wrong channel"
    """The report arrives with the channel of another program."""

    STALE = "stale"
    """Before the report the host gets the late answer to a command that it cancelled long ago."""

    BUSY = "busy"
    """The key answers ERR_CHANNEL_BUSY instead of taking the report; on the way in, instead of its own answer."""

    WRITE_FAILS = "write fails"
    """The system could not write (all of) the report: OSError(EIO) while the key stays in. On the way out only."""


@dataclass(frozen=True, slots=True)
class Glitch:
    """Trouble at an exact report: the n-th that way from when the fault was set (1 is the next)."""

    trouble: Trouble
    way: Way
    at: int = 1


@dataclass(frozen=True, slots=True)
class Faults:
    """Any number of faults at once; the default is a healthy key.

    `dies_in` pulls the key out at the n-th CTAP command from when the fault was set (1 is the next) and
    `dies_on` at the first command with this command byte. It dies before it does the work, or with
    `dies_after_work` when the work is done and the answer is not yet sent. `slow` is in seconds per command.
    `glitches` strike at single reports. With `out_of_step_after_cancel` each reply after a cancelled command comes
    in place of the next one, until the key is plugged anew. `extraneous` follows the CBOR of every answer, and
    `non_canonical` encodes it as CTAP does not allow. Where keys are looked for, `blocks_enumeration` lets nobody
    finish looking, and `held_by` names a program that has the key open for itself.
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
    glitches: tuple[Glitch, ...] = ()
    out_of_step_after_cancel: bool = False
    extraneous: bytes = b""
    non_canonical: bool = False
    blocks_enumeration: bool = False
    held_by: str = ""

    def trouble(self, way: Way, number: int) -> Trouble | None:
        """What happens to the report of this number."""
        return next((each.trouble for each in self.glitches if (each.way, each.at) == (way, number)), None)


HEALTHY = Faults()

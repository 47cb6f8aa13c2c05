"""`python -m tests.fuzz`: fuzz for a time or a number of inputs, keep what makes trouble, and count."""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from time import monotonic

from tests.fuzz.corpus import recording
from tests.fuzz.recording import record
from tests.fuzz.targets import TARGETS

STUCK = 120
"""Seconds of real time after which ten sessions hang: everything is written out and ends."""

TELL_EVERY = 60
"""Seconds."""

ENOUGH = 20
"""Finds after which a run ends."""


def main() -> int:
    """Exit status 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all of them unless named")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each target")
    parser.add_argument("--count", type=int, default=sys.maxsize, help="spoiled inputs to each target")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(6), "big"))
    parser.add_argument("--record", action="store_true", help="make the recording anew, and end")
    options = parser.parse_args()
    if options.record:
        sys.stdout.write(f"{record()} exchanges\n")
        return 0
    finds = [fuzz(name, options) for name in options.targets or TARGETS]
    return 1 if any(finds) else 0


def fuzz(name: str, options: argparse.Namespace) -> int:
    """Fuzz one target; how much was found."""
    target, recorded = TARGETS[name], recording()
    begun = told = monotonic()
    inputs, sessions, finds = 0, 0, 0
    while inputs < options.count and monotonic() - begun < options.seconds and finds < ENOUGH:
        if sessions % 10 == 0:
            faulthandler.dump_traceback_later(STUCK, exit=True)
        if monotonic() - told > TELL_EVERY:
            told = monotonic()
            tell(f"{name}: {inputs} inputs, {finds} finds, {told - begun:.0f} s")
        spoiled, found = target(recorded, options.seed + sessions, None)
        inputs, sessions = inputs + spoiled, sessions + 1
        if found is not None:
            finds += 1
            tell(f"{found.save()}\n{found.problem}")
    faulthandler.cancel_dump_traceback_later()
    seconds = monotonic() - begun
    tell(
        f"{name}: {inputs} spoiled inputs in {sessions} sessions, {finds} finds, {seconds:.0f} s,"
        f" {inputs / seconds:.0f} a second, seed {options.seed}"
    )
    return finds


def tell(line: str) -> None:
    """Write a line at once: a long run is read while it goes on."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Each operation on a key behind a real kernel, in the guest of the system tests: ours against libfido2's tools."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Row
from tests.system.guest import run as run_in_guest
from tests.system.image import image
from tests.system.outside import obstacle
from tests.system.speed import NEVER_ALONE

MOST = 1.2
SECONDS_PER_ROUND = 30
"""More than a round takes on a busy machine."""


def run(rounds: int) -> list[Row]:
    """A line for each operation; none where there can be no guest, which is said."""
    missing = obstacle()
    if missing:
        sys.stderr.write(f"    left out: {missing}\n")
        return []
    found: list[str] = []

    def look(results: Path) -> None:
        file = results / "speed.json"
        found.extend([file.read_text(encoding="utf-8")] if file.exists() else [])

    command = f"exec /opt/venv/bin/python -m tests.system.speed {rounds}"
    ended = run_in_guest(image(), command, rounds * SECONDS_PER_ROUND + 60, look)
    if ended.status != 0 or not found:
        raise RuntimeError(str(ended))
    report = json.loads(found[0])
    return [_row(name, pair, report["start_of_a_tool"]) for name, pair in report["operations"].items()]


def _row(name: str, pair: dict[str, Any], start: float) -> Row:
    ours, theirs = pair["ours"], pair["theirs"]
    mine, other = statistics.median(ours["seconds"]), statistics.median(theirs["seconds"])
    ratio = statistics.median(a / b for a, b in zip(ours["seconds"], theirs["seconds"], strict=True))
    commands, other_commands = max(ours["commands"]), min(theirs["commands"])
    return Row(
        f"real kernel: {name.replace('_', ' ')}",
        mine * 1000,
        other * 1000,
        "ms",
        ratio,
        f"≤ {MOST}" if name == NEVER_ALONE else f"≤ {MOST}, no more commands",
        ratio <= MOST and (commands <= other_commands or name == NEVER_ALONE),
        {
            "ctap_commands": commands,
            "ctap_commands_libfido2": other_commands,
            "libfido2_ms_without_start_of_tool": (other - start * theirs["processes"]) * 1000,
        },
    )

"""All benchmarks, as a table or as JSON: `./keywright bench`."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable

from tests.benchmarks import (
    ctap,
    first_paint,
    guest,
    http,
    identify,
    migrate,
    paced,
    poll,
    reuse,
    stall,
    throughput,
    timing,
    trail,
)
from tests.benchmarks.measure import Row

BENCHMARKS: dict[str, tuple[Callable[[int], Row | list[Row]], int]] = {
    "a": (first_paint.run, 11),
    "b": (ctap.run, 101),
    "c": (http.run, 9),
    "d": (stall.run, 5),
    "e": (guest.run, 5),
    "f": (identify.run, 9),
    "g": (reuse.run, 15),
    "i": (migrate.run, 1),
    "j": (poll.run, 1),
    "h": (timing.run, timing.EACH),
    "k": (trail.run, 7),
    "l": (throughput.run, 7),
    "m": (paced.run, 1),
}
"""Each benchmark and how often it is repeated."""


def main(arguments: list[str]) -> int:
    """Run those that are named, or all. Exit code 1 when a bound does not hold."""
    wanted = [name for name in arguments if name in BENCHMARKS] or list(BENCHMARKS)
    rows: list[tuple[str, Row]] = []
    for name in wanted:
        run, runs = BENCHMARKS[name]
        sys.stderr.write(f"({name}) …\n")
        found = run(runs)
        rows.extend((name, row) for row in (found if isinstance(found, list) else [found]))
    if "--json" in arguments:
        report = {"machine": _machine(), "rows": [{"id": name, **row.as_json()} for name, row in rows]}
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    else:
        sys.stdout.write(table(rows))
    return 0 if all(row.holds for _, row in rows) else 1


def table(rows: list[tuple[str, Row]]) -> str:
    """The rows in Markdown."""
    lines = ["| | what | ours | the other | ratio | bound | |", "|---|---|---|---|---|---|---|"]
    for name, row in rows:
        notes = ", ".join(f"{key} {_short(value)}" for key, value in row.notes.items())
        lines.append(
            f"| ({name}) | {row.name} | {_short(row.ours)} {row.unit} | {_short(row.other)} {row.unit} "
            f"| {row.ratio:.2f} | {row.bound} | {'holds' if row.holds else 'DOES NOT HOLD'} |"
        )
        lines.append(f"| | {notes} | | | | | |")
    return "\n".join([*lines, "", _machine(), ""])


def _short(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _machine() -> str:
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A station that waits: what its processes hold and spend while nobody comes (`python -m tests.benchmarks.idle PID`).

Linux only: it reads /proc. Every minute, for each process of the tree below PID: open files, resident memory and
processor time. Flat lines are wanted; the last line says how much each grew from the end of the first tenth on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Reading:
    """One process at one moment; memory in KiB, processor time in seconds since it started."""

    at: float
    pid: int
    name: str
    files: int
    threads: int
    memory: int
    cpu: float


def tree(root: int) -> Iterator[int]:
    """A process and everything below it."""
    yield root
    for task in (PROC / str(root) / "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def read(pid: int, at: float) -> Reading:
    """What /proc tells of one process (proc(5)). Raises OSError when it has ended."""
    stat = (PROC / str(pid) / "stat").read_text()
    name, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
    cpu = (int(rest[11]) + int(rest[12])) / TICKS
    files = len(os.listdir(PROC / str(pid) / "fd"))  # noqa: PTH208 - names are enough
    return Reading(at, pid, name, files, int(rest[17]), int(rest[21]) * PAGE // 1024, cpu)


def watch(root: int, seconds: float, every: float) -> Iterator[tuple[Reading, ...]]:
    """Readings of the whole tree, `every` so many seconds."""
    started = time.monotonic()
    while True:
        at = time.monotonic() - started
        yield tuple(read(pid, round(at, 1)) for pid in tree(root))
        if at >= seconds:
            return
        time.sleep(min(every, seconds - at + 0.01))


def growth(rounds: list[tuple[Reading, ...]]) -> list[dict[str, object]]:
    """For each process: from the end of the first tenth (it has settled) to the last reading."""
    settled, last = rounds[len(rounds) // 10], rounds[-1]
    before = {each.pid: each for each in settled}
    return [
        {
            "pid": now.pid,
            "name": now.name,
            "files": [before[now.pid].files, now.files],
            "threads": [before[now.pid].threads, now.threads],
            "memory_kib": [before[now.pid].memory, now.memory],
            "cpu_percent": round(100 * (now.cpu - before[now.pid].cpu) / max(now.at - before[now.pid].at, 0.1), 3),
            "minutes": round((now.at - before[now.pid].at) / 60, 1),
        }
        for now in last
        if now.pid in before
    ]


def main(arguments: list[str]) -> int:
    """Print a line of JSON each time, and one in the end. Exit code 1 when a process of the tree came or went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pid", type=int)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=60.0, help="seconds")
    given = parser.parse_args(arguments)
    rounds: list[tuple[Reading, ...]] = []
    for readings in watch(given.pid, given.minutes * 60, given.every):
        rounds.append(readings)
        sys.stdout.write(json.dumps([asdict(each) for each in readings]) + "\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps({"growth": growth(rounds)}) + "\n")
    return 0 if {each.pid for each in rounds[0]} == {each.pid for each in rounds[-1]} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

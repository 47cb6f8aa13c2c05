"""Kiosks that poll: 5,000 of them, each 1.5 seconds, against one service process; and the same with held answers.

Some of their codes are scanned and completed meanwhile, and every step must be seen by its kiosk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.benchmarks.measure import Row
from tests.benchmarks.poll_clients import TICK
from tests.benchmarks.served import ROOT

Json = dict[str, Any]

KIOSKS: Final = 5000
EVERY: Final = 1.5
SECONDS: Final = 30
_BUSY: Final = 0.85
"""A client process that takes more of its processor than this makes answers look late."""


@dataclass(frozen=True)
class Plan:
    """How many kiosks, how often they ask, how long, and how many of their codes are scanned meanwhile. In the `warm`
    seconds at the beginning every kiosk asks for the first time, and nothing is counted; in the `quiet` ones at the end
    nothing changes, so that every kiosk asks once more."""

    kiosks: int = KIOSKS
    every: float = EVERY
    seconds: int = SECONDS
    warm: int = 4
    quiet: int = 4
    walking: int = 600
    processes: int = 2


@dataclass(frozen=True)
class Polled:
    """What came of it. `share` is how much of one processor the service took, `clients` the busiest client process;
    `lost` are steps that a kiosk did not see."""

    answers: int
    rate: float
    share: float
    p50: float
    p99: float
    lost: int
    refused: int
    broken: int
    clients: float


@contextmanager
def _process(module: str, *told: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *told]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            if running.stdin is not None:
                running.stdin.close()
            running.wait(60)


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def measure(plan: Plan) -> tuple[Polled, Polled]:
    """Asked each time, and held back: each with half of the codes that walk."""
    with _process("tests.benchmarks.poll_serve", str(plan.kiosks)) as service:
        reach: Json = _hear(service)
        half = plan.walking // 2
        return _round(plan, service, reach, (0, half), 0), _round(plan, service, reach, (half, 2 * half), 20)


def _round(plan: Plan, service: subprocess.Popen[str], reach: Json, walking: tuple[int, int], hold: int) -> Polled:
    told = {**reach, "every": plan.every, "seconds": plan.seconds, "warm": plan.warm, "hold": hold}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="keywright-bench-")))
        clients = [stack.enter_context(_process("tests.benchmarks.poll_clients")) for _ in range(plan.processes)]
        for number, each in enumerate(clients):
            own = {"codes": reach["codes"][number :: plan.processes], "into": str(folder / f"{number}.json")}
            _say(each, json.dumps({**told, **own}))
        for each in clients:
            assert _hear(each) == "connected"
        for each in clients:
            _say(each, "go")
        time.sleep(plan.warm)
        share = _share(plan, service, walking)
        for each in clients:
            assert _hear(each) == "over"
        heard = [json.loads((folder / f"{n}.json").read_text(encoding="utf-8")) for n in range(plan.processes)]
    return _polled(plan, heard, share, walking)


def _share(plan: Plan, service: subprocess.Popen[str], walking: tuple[int, int]) -> float:
    """Let codes walk, and see what the service takes meanwhile."""
    _say(service, f"walk {walking[0]} {walking[1]} {plan.seconds - plan.quiet}")
    used, begun = float(_hear(service)), time.perf_counter()
    time.sleep(plan.seconds)
    _say(service, "spent")
    return (float(_hear(service)) - used) / (time.perf_counter() - begun)


def _polled(plan: Plan, heard: list[Json], share: float, walking: tuple[int, int]) -> Polled:
    taken = sorted(step * TICK for client in heard for step, times in client["taken"] for _ in range(times))
    seen = {tuple(each) for client in heard for each in client["seen"]}
    wanted = {(number, status) for number in range(*walking) for status in ("SCANNED", "COMPLETED")}
    return Polled(
        answers=len(taken),
        rate=len(taken) / plan.seconds,
        share=share,
        p50=taken[len(taken) // 2],
        p99=taken[len(taken) * 99 // 100],
        lost=len(wanted - seen),
        refused=sum(client["refused"] for client in heard),
        broken=sum(client["broken"] for client in heard),
        clients=max(client["share"] for client in heard),
    )


def _row(name: str, found: Polled, plan: Plan) -> Row:
    """The share of a processor, against the whole of one. Times are told, and are no bound: clients share the
    machine."""
    whole = found.lost == found.refused == found.broken == 0
    return Row(
        name,
        found.share,
        1.0,
        "of a processor",
        found.share,
        "< 1, nothing lost",
        whole and found.share < 1.0,
        {
            "kiosks": plan.kiosks,
            "answers_per_second": found.rate,
            "p50_ms": found.p50 * 1000,
            "p99_ms": found.p99 * 1000,
            "lost": found.lost,
            "refused": found.refused,
            "broken": found.broken,
            "busiest_client": found.clients,
            **({"note": "the clients were the bottleneck"} if found.clients > _BUSY else {}),
        },
    )


def run(_runs: int) -> list[Row]:
    """Two lines of the table."""
    plan = Plan()
    polled, held = measure(plan)
    return [_row("kiosks that ask each 1.5 s", polled, plan), _row("kiosks whose answers are held back", held, plan)]

"""Two ways of doing the same, in turn, several times: medians and the ratio of neighbours."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table: our median, the other's, the ratio of pairs, the bound and whether it holds."""

    name: str
    ours: float
    other: float
    unit: str
    ratio: float
    bound: str
    holds: bool
    notes: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For `bench --json`."""
        return asdict(self)


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes, with the garbage collector out of the way."""
    gc.collect()
    gc.disable()
    try:
        begun = time.perf_counter()
        action()
        return time.perf_counter() - begun
    finally:
        gc.enable()


def in_turn(ours: Callable[[], float], other: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Medians of both measures and of the ratio of neighbours, after one run of each that does not count."""
    ours()
    other()
    pairs = [(ours(), other()) if n % 2 else tuple(reversed((other(), ours()))) for n in range(runs)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )

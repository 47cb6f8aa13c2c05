"""How long a request takes at the most, when a hundred stations enroll people at the pace of people."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.benchmarks.http import Json, Timed, enroll
from tests.benchmarks.measure import Row
from tests.benchmarks.throughput import Post, databases, mailed, started

STATIONS: Final = 100
_SECONDS: Final = 60.0
_SETTLING: Final = 5.0
"""Seconds at the start that are not counted: all connections are made then."""
_PAUSE: Final = 5.0
"""Seconds between two calls of a station, in the mean: an enrollment in 35 is what quick people take."""
_BOUND: Final = 0.25


class Paced(Timed):
    """A station at which somebody thinks before each call; keeps how long each took."""

    def __init__(self, reach: Json, random: Random, counts: Callable[[], bool]) -> None:
        super().__init__(reach)
        self._random, self._counts = random, counts
        self.seconds: list[float] = []

    def post(self, path: str, body: Json) -> Json:
        """One call, after a while."""
        time.sleep(self._random.uniform(0.0, 2 * _PAUSE))
        return super().post(path, body)

    def took(self, seconds: float) -> None:
        """Keep it, once all have begun."""
        if self._counts():
            self.seconds.append(seconds)


def run(runs: int) -> list[Row]:
    """A row for each database, of the median run."""
    return [_measured(name, runs) for name in ("SQLite", "PostgreSQL")]


def _measured(name: str, runs: int) -> Row:
    found = [_evening(name) for _ in range(runs)]
    late = statistics.median(_quantile(each, 0.99) for each in found)
    calls = [len(each) / (_SECONDS - _SETTLING) for each in found]
    notes = {
        "stations": STATIONS,
        "calls_per_second": statistics.median(calls),
        "median_ms": 1000 * statistics.median(statistics.median(each) for each in found),
        "longest_ms": 1000 * max(max(each) for each in found),
    }
    title = f"99 % of requests at {STATIONS} stations at the pace of people, on {name}"
    return Row(
        title, 1000 * late, 1000 * _BOUND, "ms", late / _BOUND, f"≤ {_BOUND * 1000:.0f} ms", late <= _BOUND, notes
    )


def _evening(name: str) -> list[float]:
    """Seconds of each call."""
    with TemporaryDirectory(prefix="keywright-bench-") as inside:
        people = STATIONS * 10
        with (
            mailed(Path(inside)) as (post, mail),
            databases(name, Path(inside)) as (database, _),
            started("ours", database=database, mail=mail, people=people, stations=STATIONS) as service,
        ):
            return _stations(service.reach, post)


def _stations(reach: dict[str, Any], post: Post) -> list[float]:
    began, numbers = time.monotonic(), count()
    stations = [Paced(reach, Random(n), lambda: time.monotonic() - began > _SETTLING) for n in range(STATIONS)]
    for station, (client, secret) in zip(stations, reach["stations"], strict=True):
        station.sign_in({"client_id": client, "secret": secret})

    def work(station: Paced) -> None:
        while time.monotonic() - began < _SECONDS:
            number = next(numbers)
            enroll(station, number, partial(post.code, number))

    with ThreadPoolExecutor(STATIONS) as pool:
        list(pool.map(work, stations))
    return [seconds for station in stations for seconds in station.seconds]


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]

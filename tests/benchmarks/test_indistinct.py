"""The statistics of the timing benchmark find a known leak, and see none where there is none."""

from __future__ import annotations

import hashlib
import time
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.indistinct import bound, compare, kolmogorov_smirnov, mann_whitney

ROUTES = 14


def noisy(random: Random, count: int, shift: float = 0.0) -> list[float]:
    """Answers of a busy machine in microseconds: some ms, a tail, and now and then an interruption."""
    return [
        4000 + shift + random.gammavariate(2, 150) + (random.expovariate(1 / 20000) if random.random() < 0.03 else 0)
        for _ in range(count)
    ]


def asked(random: Random, count: int, *, leaks: bool) -> tuple[list[float], list[float]]:
    """Times of a function that compares a secret with a hash, at random for somebody and for nobody; one that leaks
    hashes nothing for nobody."""
    times: dict[bool, list[float]] = {True: [], False: []}
    turns = [True, False] * count
    random.shuffle(turns)
    for known in turns:
        begun = time.perf_counter()
        if known or not leaks:
            hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 200)
        times[known].append((time.perf_counter() - begun) * 1e6)
    return times[True], times[False]


def test_a_function_that_hashes_nothing_for_nobody_is_found() -> None:
    found = compare(*asked(Random(1), 300, leaks=True), Random(2))
    assert found.p < bound(ROUTES)
    assert found.interval[0] > 0
    assert found.interval[0] <= found.difference <= found.interval[1]


def test_one_that_hashes_for_everybody_is_not() -> None:
    tries = [compare(*asked(Random(seed), 300, leaks=False), Random(2)) for seed in range(3)]
    assert max(each.p for each in tries) > bound(ROUTES)


@pytest.mark.parametrize("shift", [120.0, -120.0])
def test_a_leak_of_a_hundred_microseconds_is_found_in_noise(shift: float) -> None:
    random = Random(3)
    found = compare(noisy(random, 500, shift), noisy(random, 500), random)
    assert found.p < bound(ROUTES)
    assert found.interval[0] <= shift <= found.interval[1]


def test_noise_alone_cries_wolf_as_seldom_as_it_says() -> None:
    random = Random(4)
    reports = 200
    wolves = sum(
        min(mann_whitney(one, other), kolmogorov_smirnov(one, other)) < bound(1, overall=0.1)
        for one, other in ((noisy(random, 100), noisy(random, 100)) for _ in range(reports))
    )
    assert wolves <= reports * 0.1 * 1.5


def test_a_drift_that_meets_both_hides_in_neither() -> None:
    random = Random(5)
    mixed: tuple[list[float], list[float]] = ([], [])
    for turn in range(1000):
        mixed[random.getrandbits(1)].extend(noisy(random, 1, shift=turn))
    assert compare(*mixed, random).p > bound(ROUTES)


def test_samples_that_differ_in_their_spread_alone_are_found_too() -> None:
    random = Random(6)
    narrow, wide = ([random.gauss(4000, width) for _ in range(500)] for width in (50, 150))
    assert mann_whitney(narrow, wide) > bound(ROUTES)
    assert kolmogorov_smirnov(narrow, wide) < bound(ROUTES)


def test_the_tests_agree_with_tables() -> None:
    one, other = [1.1, 2.2, 3.3, 4.4, 5.5, 6.6], [4.5, 5.6, 6.7, 7.8, 8.9, 9.0]
    assert mann_whitney(one, other) == pytest.approx(0.0202, abs=0.0001)  # U = 3
    assert kolmogorov_smirnov([1.0] * 50 + [2.0] * 50, [1.0] * 30 + [2.0] * 70) == pytest.approx(0.031, abs=0.006)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40), st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_whatever_is_compared_gives_the_same_either_way(one: list[float], other: list[float]) -> None:
    assert 0 <= mann_whitney(one, other) <= 1
    assert 0 <= kolmogorov_smirnov(one, other) <= 1
    assert mann_whitney(one, other) == pytest.approx(mann_whitney(other, one))
    assert kolmogorov_smirnov(one, other) == pytest.approx(kolmogorov_smirnov(other, one))
    assert mann_whitney(one, one) == 1
    assert median(one) - median(one) == 0

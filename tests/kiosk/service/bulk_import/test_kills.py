"""Processes that are killed while they receive people and take them in: nobody is lost, and nobody is there twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from threading import Event

import pytest

from kiosk.service.bulk_import import actions
from kiosk.service.bulk_import.rules import BatchState
from tests.kiosk.service.bulk_import.people import MAIN, SITES, Migration, as_json, counts, kept
from tests.kiosk.service.running import assembled, settings_for

PEOPLE, KILLS = 60_000, 20
ROOT = Path(__file__).resolve().parents[4]


def people() -> list[dict[str, str]]:
    """Every tenth is there twice, every hundredth is wrong."""
    told = []
    for number in range(PEOPLE):
        person = {"upn": f"p{number}@example.org", "given_name": f"Given {number % 7}", "employee_id": str(number)}
        told.append(person | ({"phone": "12"} if number % 100 == 50 else {}))
        if number % 10 == 0:
            told.append({**person, "family_name": "Changed" if number % 20 else ""})
    return told


WRONG, CHANGED = PEOPLE // 100, PEOPLE // 20 - PEOPLE // 100
EXPECTED = (PEOPLE, CHANGED, PEOPLE // 20, WRONG)


def killed(nursery: subprocess.Popen[str], minutes: int, chance: random.Random) -> bool:
    """Start one, and kill it at any moment; False when it was done before that."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{minutes}\n")
    nursery.stdin.flush()
    process = int(nursery.stdout.readline())
    for _ in range(chance.choice((0, 1, 1, 2))):
        if nursery.stdout.readline() == "ended\n":
            return False
    Event().wait(chance.random() / 6)
    with suppress(ProcessLookupError):  # it was done
        os.kill(process, signal.SIGKILL)
    steps = list(iter(nursery.stdout.readline, "ended\n"))
    return "done\n" not in steps


@pytest.mark.kill
def test_a_batch_that_is_killed_twenty_times_ends_with_exact_counts(tmp_path: Path) -> None:
    source, database = tmp_path / "people.ndjson", {"url": f"sqlite:///{tmp_path / 'service.db'}"}
    source.write_bytes(as_json(people()))
    with assembled(tmp_path, settings_for(tmp_path, database=database, accounts=SITES)):
        pass
    chance = random.Random(5)
    told = str(tmp_path), json.dumps(database), str(source)
    command = [sys.executable, "-m", "tests.kiosk.service.bulk_import.doomed", *told]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT) as nursery:
        minutes = kills = 0
        while kills < KILLS:
            minutes += 1
            assert minutes < 4 * KILLS
            kills += killed(nursery, minutes, chance)
        assert nursery.stdin is not None
        nursery.stdin.close()
    with assembled(tmp_path, settings_for(tmp_path, database=database, accounts=SITES)) as running:
        (batch,) = actions.overview(running.parts, MAIN, "", 10).batches
        assert 0 < batch.progress < 1, "it was killed only before or after the work"
        running.clock.advance(days=1000)
        migration = Migration(running, MAIN)
        migration.work()
        (batch,) = actions.overview(running.parts, MAIN, "", 10).batches
        assert (batch.status, counts(batch)) == (BatchState.DONE, EXPECTED)
        there = kept(running.parts)
        assert len(there) == PEOPLE
        assert all(person[-2]["upn"] == key for key, person in there.items())
        again = migration.run(source.read_bytes())
        assert counts(again) == (0, 2 * CHANGED, sum(EXPECTED) - 2 * CHANGED - WRONG, WRONG)

"""A service whose people are a CSV file that another system replaces."""

from __future__ import annotations

import time
from pathlib import Path

from kiosk.service.directories.connector import DirectoryUnavailable, Person
from tests.kiosk.service.running import Running, assembled, settings_for

HEADER = "upn,given_name,family_name,email,status\n"
PATIENCE = 30.0


def found(running: Running, upn: str) -> tuple[Person, ...]:
    """Nobody, while no file counts yet."""
    try:
        return running.parts.directories.find_people({"upn": upn})
    except DirectoryUnavailable:
        return ()


def test_the_worker_loads_the_file_and_people_are_found(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER}ann@example.org,Ann,One,ann@example.org,active\n", encoding="utf-8")
    settings = settings_for(tmp_path, directories=[{"kind": "csv", "id": "people", "path": str(file)}])
    with assembled(tmp_path, settings) as running:
        running.service.worker.start()
        ends = time.monotonic() + PATIENCE
        while not found(running, "ann@example.org"):
            assert time.monotonic() < ends, "the file was never loaded"
            time.sleep(0.02)
        (person,) = found(running, "ann@example.org")
        assert (person.directory, person.display_name) == ("people", "Ann One")

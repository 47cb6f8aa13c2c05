"""What a replica did, and how much waits, for whoever has the token of monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from kiosk.contract.paths import METRICS
from kiosk.service.metrics.figures import Figures
from kiosk.service.metrics.sampling import EACH, Sampler
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, assembled, secret, served, settings_for
from tests.kiosk.service.soft_key import Json

TOKEN = "monitoring-token"


@contextmanager
def monitored(folder: Path, tls: tuple[Identity, Identity], **more: object) -> Iterator[Running]:
    with served(folder, settings_for(folder, metrics={"token": TOKEN}, **more), tls) as running:
        yield running


def asked(running: Running, token: str | None = None) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.get(running.url + METRICS, headers=headers, verify=str(running.authority), timeout=10)


def samples(text: str) -> dict[str, float]:
    """Every figure by its name and labels."""
    return {
        f"{each.name}{sorted(each.labels.items())}": each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_without_a_token_in_the_settings_there_are_no_figures(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        assert asked(running).status_code == 404
        assert asked(running, "").status_code == 404


def test_who_has_not_the_token_is_told_nothing(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with monitored(tmp_path, tls) as running:
        for wrong in (None, "", "x", f"{secret(TOKEN)}x"):
            answer = asked(running, wrong)
            assert (answer.status_code, "keywright_" in answer.text) == (401, False)


@pytest.mark.databases
def test_requests_events_and_what_waits_are_told_and_nobody_is_named(
    tmp_path: Path, tls: tuple[Identity, Identity], backend: Json
) -> None:
    with monitored(tmp_path, tls, database=backend) as running:
        station = running.station()
        try:
            visit = station.open()
            station.identify(visit)
        finally:
            station.session.close()
        requests.get(f"{running.url}/nobody@example.org", verify=str(running.authority), timeout=10)
        text = asked(running, secret(TOKEN)).text
        found = samples(text)
    told = "[('method', 'POST'), ('route', '/enrollments/{enrollment_id}/identify'), ('status', '2xx')]"
    assert found[f"keywright_request_seconds_count{told}"] == 1
    assert found["keywright_request_seconds_count[('method', 'GET'), ('route', 'other'), ('status', '4xx')]"] == 1
    assert found["keywright_database_up[]"] == 1
    assert found["keywright_open_enrollments[]"] == 1
    assert not [word for word in ("okafor", visit, "nobody@") if word in text]


def test_what_was_read_is_told_again_for_a_while_however_many_look(tmp_path: Path) -> None:
    with assembled(tmp_path, settings_for(tmp_path)) as running:
        now = [0.0]
        sampler = Sampler(running.parts, lambda: now[0])
        first = list(sampler.collect())
        now[0] += EACH / 2
        assert [each.name for each in sampler.collect()] == [each.name for each in first]
        assert next(iter(sampler.collect())) is first[0]
        now[0] += EACH
        assert next(iter(sampler.collect())) is not first[0]


def test_a_station_that_makes_up_steps_does_not_fill_the_memory() -> None:
    figures = Figures("one")
    for number in range(1000):
        figures.step("Step" + "".join(chr(ord("a") + int(digit)) for digit in str(number)), 1.0)
    figures.step("m.okafor@example.org", 1.0)
    (family,) = [each for each in figures.registry.collect() if each.name == "keywright_step_seconds"]
    labels = {each.labels["step"] for each in family.samples}
    assert len(labels) == 65
    assert "other" in labels


def test_a_replica_says_which_program_it_runs() -> None:
    figures = Figures("left")
    (info,) = [each for each in figures.registry.collect() if each.name == "keywright_build"]
    assert info.samples[0].labels["replica"] == "left"

"""Schemathesis calls everything that the OpenAPI document tells of, well formed and not, also along its links."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.api.accounts import ACCOUNTS, signed_in
from tests.kiosk.service.running import Running, Station, served, settings_for

EXAMPLES = 8
"""Cases of each operation and phase; the phase of coverage makes as many as there are rules in a schema."""
HOOKS = """
import json
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()

@schemathesis.hook
def filter_case(ctx, case):
    return case.media_type != "text/csv" or isinstance(case.body, str | bytes)
"""
"""How a body of lines is written; and that whatever is sent as a table is text, so that no wrong type can be sent."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
SETTINGS = """
hooks = "hooks.py"

[checks.positive_data_acceptance]
# What a schema cannot say: that somebody is who they say, that it is their turn, that they wait long enough.
expected-statuses = ["2XX", "400", "401", "403", "404", "409", "410", "422", "423", "429", "503"]

[checks.negative_data_rejection]
# A body that is too long is not read, and one that came too late is not judged; a list is read first.
expected-statuses = ["400", "401", "403", "404", "409", "410", "413", "415", "422", "423", "429"]
"""


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    with served(tmp_path, settings_for(tmp_path, accounts=ACCOUNTS), tls) as running:
        yield running


@pytest.mark.timeout(400)
def test_the_service_answers_everything_as_its_document_says(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None], caplog: pytest.LogCaptureFixture
) -> None:
    rights = Rights(frozenset(Scope), sites=frozenset({"main"}))
    client = create_client(running.parts.store, running.clock, running.random, "Schemathesis", rights)
    station = Station(running.url, running.authority, client).sign_in()
    station.session.close()
    document = running.service.app.openapi()
    sessions = {path for path, operations in document["paths"].items() if _asks_for_a_session(operations)}
    assert sessions
    person = signed_in(running)
    operations = cases = 0
    for folder, token, chosen, phases in (
        (tmp_path / "client", station.token, set(document["paths"]) - sessions, PHASES),
        (tmp_path / "person", person, sessions, PHASES[:-1]),
    ):
        folder.mkdir()
        part = {**document, "paths": {path: document["paths"][path] for path in sorted(chosen)}}
        said = _run(folder, running, token, phases, _without_lost_links(part))
        found = re.search(r"Tested: (\d+).*?(\d+) generated, (\d+) passed", said.replace("\n", " "))
        assert found, said
        operations += int(found[1])
        cases += int(found[2])
    record_property("schemathesis", (operations, cases))
    strange = {record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING}
    assert strange <= {"Invalid HTTP request received."}  # the server's own word for a header that none may have
    caplog.clear()


def _asks_for_a_session(operations: dict[str, dict[str, list[dict[str, object]]]]) -> bool:
    return any("Session" in scheme for each in operations.values() for scheme in each.get("security", ()))


def _without_lost_links(document: dict[str, object]) -> dict[str, object]:
    """Links may lead to operations of the other part only, which this run does not know."""
    text = json.loads(json.dumps(document))
    known = {each["operationId"] for operations in text["paths"].values() for each in operations.values()}
    for operations in text["paths"].values():
        for each in operations.values():
            for answer in each["responses"].values():
                links = answer.get("links", {})
                answer["links"] = {name: link for name, link in links.items() if link["operationId"] in known}
    return dict(text)


def _run(folder: Path, running: Running, token: str, phases: Sequence[str], document: dict[str, object]) -> str:
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "hooks.py").write_text(HOOKS, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"),
        *("--url", running.url, "--tls-verify", str(running.authority), "--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--max-examples", str(EXAMPLES), "--generation-database", "none", "--warnings", "off"),
        *("--phases", ",".join(phases), "--no-color", "--no-shrink"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=380, check=False)
    (folder / "said").write_text(done.stdout + done.stderr, encoding="utf-8")
    told = "\n".join(line[:300] for line in done.stdout.splitlines())
    assert done.returncode == 0, told[-20_000:] + done.stderr[-2_000:]
    return done.stdout

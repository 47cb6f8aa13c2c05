"""The tests against the OpenAPI document say at the end of a run how many requests they made: a plugin."""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

SAID = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Write the line, once."""
    rows = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", ())
        if name == "schemathesis"
    ]
    if not rows or SAID in terminalreporter.config.stash:
        return
    terminalreporter.config.stash[SAID] = True
    terminalreporter.section("Schemathesis against the OpenAPI document")
    for operations, cases in rows:
        terminalreporter.write_line(f"{operations} operations, {cases} cases, all checks, stateful links: no failure")

"""`keywright test`: format, lint, types, imports, budgets, tests and coverage, one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
PERFECT = ("kiosk/enrollment/*", "kiosk/errors.py", "hardware/errors.py")
"""Files of which every branch is walked by a test."""
TESTS_OF_CORE = ("tests/kiosk/enrollment", "tests/hardware/test_translate.py")
OVERALL = 90


@dataclass(frozen=True)
class Gate:
    """One check: its name, and the program of the development environment that does it."""

    name: str
    arguments: tuple[str, ...]


BEFORE = (
    Gate("format", ("ruff", "format", "--check", ".")),
    Gate("lint", ("ruff", "check", ".")),
    Gate("types", ("mypy",)),
    Gate("imports", ("lint-imports", "--no-logo")),
)
TESTS = Gate("tests", ("pytest", "-q", "-n", "3", "--dist", "worksteal"))
"""On two cores three at a time: much of a test is waiting."""
CORE = Gate("tests of the core", ("pytest", "-q", *TESTS_OF_CORE, "--cov", "--cov-report="))
CORE_COVERED = Gate(
    "coverage of the core", ("coverage", "report", "--fail-under=100", f"--include={','.join(PERFECT)}")
)
TESTS_TRACED = Gate("tests", (*TESTS.arguments, "--cov", "--cov-report="))
COVERED = Gate("coverage", ("coverage", "report", f"--fail-under={OVERALL}", "--skip-covered"))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.option("--coverage", is_flag=True, help="Measure what the whole suite walks, too: takes a third longer.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def command(pytest_arguments: tuple[str, ...], *, coverage: bool) -> None:
    """Everything that a change must pass. With PYTEST_ARGUMENTS, only those tests."""
    if pytest_arguments:
        sys.exit(_run(Gate("tests", ("pytest", *pytest_arguments))))
    failed = [gate.name for gate in (*BEFORE, *((TESTS_TRACED,) if coverage else (CORE,))) if _run(gate)]
    for torn in ROOT.glob(".coverage.*"):  # of processes that a test killed while they wrote theirs
        torn.unlink()
    failed += [gate.name for gate in ((COVERED, CORE_COVERED) if coverage else (CORE_COVERED, TESTS)) if _run(gate)]
    if failed:
        click.echo(f"Not passed: {', '.join(failed)}.", err=True)
        sys.exit(1)
    click.echo("All passed.")


def _run(gate: Gate) -> int:
    click.echo(f"── {gate.name}")
    begun = time.monotonic()
    program, *arguments = gate.arguments
    command_line = [str(Path(sys.executable).with_name(program)), *arguments]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    code = subprocess.run(command_line, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - our own table
    click.echo(f"   {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s")
    return code

"""`keywright bench`: benchmarks, side by side with the bare libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*"abcdefghijklm"]))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(names: tuple[str, ...], *, as_json: bool) -> None:
    """Measure (a) the first paint, (b) the key, (c) the service, (d) the longest stall of the screen, (e) a real
    kernel, (f) a million people, (g) kept connections, (h) what time gives away, (i) the migration of
    a million people, (j) five thousand kiosks that poll, (k) the trail,
    (l) whole enrollments per second, (m) a hundred stations; all by default.

    Each is measured in turn with the bare library that does the least of the same, several times; medians are shown.
    With a display the windows are shown on it, else off screen. Exit code 1 when a bound does not hold.
    """
    if not (ROOT / "tests" / "benchmarks").is_dir():
        raise click.ClickException("Benchmarks come with the source, not with this application.")
    arguments = [sys.executable, "-m", "tests.benchmarks", *names, *(["--json"] if as_json else [])]
    sys.exit(subprocess.run(arguments, cwd=ROOT, check=False).returncode)  # noqa: S603 - our own words

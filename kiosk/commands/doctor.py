"""`keywright doctor`: everything that a station or a service needs, looked at, each with its remedy."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from kiosk import logs
from kiosk.commands import checks, checks_outside, checks_server, checks_service, checks_trust
from kiosk.commands.checks import Finding, Level
from kiosk.commands.checks_printer import check_printer
from kiosk.commands.composition import printer_of, stored_secret
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.served import credential_store, credentials_option
from kiosk.commands.sources import key_source
from kiosk.commands.words import sentence
from kiosk.config import load_station_settings
from kiosk.credentials import CredentialStore, system_keyring
from kiosk.errors import KioskError
from kiosk.service.settings import load

_WIDTH = 18
_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="A station's settings (TOML): check that station, too.")
@click.option(
    "--service", type=click.Path(path_type=Path), help="A service's settings (TOML): check that service, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@credentials_option
@key_option
def command(
    config: Path | None, service: Path | None, folder: Path | None, key: KeyChoice | None, *, as_json: bool
) -> None:
    """Check everything that a station or a service needs, and say the remedy.

    Exit code 0 when nothing fails (warnings may remain), else 1.
    """
    logs.harden()
    logs.install(logs.LogSettings(level=logging.ERROR))
    findings = tuple(examine(config, service, folder, key))
    worst = Level.FAIL if any(finding.level is Level.FAIL for finding in findings) else Level.OK
    if as_json:
        click.echo(json.dumps({"ok": worst is Level.OK, "checks": [asdict(finding) for finding in findings]}, indent=2))
    else:
        click.echo("\n".join(as_text(finding) for finding in findings))
        count = Counter(finding.level for finding in findings)
        click.echo(f"{count[Level.OK]} ok, {count[Level.WARN]} warnings, {count[Level.FAIL]} failures")
    sys.exit(0 if worst is Level.OK else 1)


def examine(config: Path | None, service: Path | None, folder: Path | None, key: KeyChoice | None) -> Iterator[Finding]:
    """All checks that make sense here, quick ones first; `folder` holds the service's secrets in files, if any.

    Where only a service is asked about, nobody looks at screens and keys: a server has neither.
    """
    yield checks.check_python()
    yield checks.check_libraries()
    if config is not None or service is None:
        yield checks.check_display(os.environ, needed=config is not None)
        yield checks.check_fonts()
        yield checks.check_keys(key_source(key))
    if config is not None:
        yield from examine_station(config)
    if service is not None:
        yield from examine_service(service, folder)


def examine_station(config: Path) -> Iterator[Finding]:
    """What one station needs."""
    try:
        settings = load_station_settings(config, os.environ)
    except KioskError as error:
        yield checks.bad("settings", sentence(error), "see resources/docs/station.md")
        return
    yield checks.good("settings", str(config))
    yield checks.check_state_folder(settings.state_folder)
    yield checks.check_journal(settings.state_folder)
    if settings.camera is not False:
        yield checks.check_camera(settings.camera)
    if (printer := printer_of(settings)) is not None:
        yield check_printer(printer)
    if settings.agent_socket is not None:
        yield replace(checks.check_keys(key_source(None, settings.agent_socket)), name="key agent")
    store = CredentialStore(os.environ, system_keyring(), settings.credentials_folder)
    yield checks_service.check_identity(settings)
    yield checks_service.check_secret(store, checks_service.secret_name(settings))
    yield from checks_service.check_service(settings, stored_secret(settings))


def examine_service(config: Path, folder: Path | None) -> Iterator[Finding]:
    """What one service needs, and whether what it talks to answers."""
    try:
        settings = load(config)
    except KioskError as error:
        yield checks.bad("service settings", sentence(error), "see resources/docs/service.md")
        return
    yield checks.good("service settings", str(config))
    store = credential_store(folder)
    yield from checks_server.examine_server(settings, store, datetime.now(UTC))
    yield from checks_trust.examine_trust(settings, datetime.now(UTC))
    yield from checks_outside.examine_outside(settings, store)


def as_text(finding: Finding) -> str:
    """A check as a line, and its remedy as another."""
    line = f"{_MARKS[finding.level]}  {finding.name:<{_WIDTH}}{finding.seen}"
    return f"{line}\n      → {finding.remedy}" if finding.remedy else line

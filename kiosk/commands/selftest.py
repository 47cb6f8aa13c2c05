"""`keywright selftest`: one whole enrollment without a window, over real HTTPS, mail and HID reports."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import Any

import click

from hardware.authenticator import Authenticator, KeyAddress, KeySource
from hardware.errors import HardwareError
from kiosk import logs
from kiosk.commands.composition import Hooks, open_journal, open_session, reference
from kiosk.commands.embedded import BADGE, PERSON, Embedded, embedded_service
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.port import watch_port
from kiosk.commands.selftest_keys import Hand, hand_with_key
from kiosk.commands.sources import key_source
from kiosk.commands.words import sentence
from kiosk.contract.policy import Demand, PinMode, PinOrigin
from kiosk.contract.profile import VerificationMethod
from kiosk.secret import Secret
from kiosk.station.headless import Host
from kiosk.station.scripted_person import Script
from kiosk.station.self_test import MATRIX, PLAIN_CASES, Case, Report, Special, run_self_test

PIN, NEW_PIN = "704913", "831604"
PATIENCE = 20.0
"""Seconds until a message that does not come is given up."""
AT_ONCE = 4
"""Cases that run side by side: most of a case is waiting."""
PIN_SETTINGS: dict[Special | None, dict[str, Any]] = {
    Special.RANDOM_PIN: {"origin": PinOrigin.RANDOM},
    Special.BUILT_IN_UV: {"built_in_uv": True},
}
HAND_OVER: dict[str, Any] = {
    "min_pin_length": len(PIN),
    "raise_min_pin": Demand.REQUIRE,
    "force_pin_change": Demand.REQUIRE,
    "always_uv": Demand.REQUIRE,
    "enterprise_attestation": Demand.REQUIRE,
}
FIRST = Case(VerificationMethod.EMAIL, PinMode.REQUIRED, key_has_pin=False)


class Counted:
    """A KeySource that remembers what was opened, to count the commands that were sent."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._opened: list[Authenticator] = []

    @property
    def commands(self) -> int:
        """CTAP commands sent to all keys so far."""
        return sum(getattr(key, "commands", 0) for key in self._opened)

    def attached(self) -> tuple[KeyAddress, ...]:
        """As KeySource."""
        return self._source.attached()

    def open(self, address: KeyAddress) -> Authenticator:
        """As KeySource."""
        self._opened.append(self._source.open(address))
        return self._opened[-1]

    def changed(self, seconds: float) -> bool:
        """As KeySource."""
        return self._source.changed(seconds)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--all", "everything", is_flag=True, help="Every verification option, PIN policy and kind of key.")
@key_option
def command(key: KeyChoice | None, *, as_json: bool, everything: bool) -> None:
    """Enroll a sample person without a window and say how long each step took. Exit code 0 when it worked.

    A service is started in this process, with its own authority, database and mail server; the key is the simulated
    one, or with --key udp:P:Q a simulator outside, whose PIN (if it has one) must be 704913. With --key gadget it is
    the simulated key behind a USB gadget of this machine, opened by a key agent as a key of a person would be.
    """
    if key is not None and not key.simulated:
        raise click.BadParameter("a self-test sets a PIN and leaves it: it is for simulators only", param_hint="--key")
    logs.harden()
    logs.install(logs.LogSettings(level=logging.ERROR))
    if key is not None:
        _check_there(key)
    every = MATRIX if key is None else PLAIN_CASES  # a key outside is not ours to make special
    cases = every if everything else (FIRST,)
    reports = []
    for case, report in zip(cases, run_all(cases, key), strict=True):
        reports.append(report)
        if everything and not as_json:
            click.echo(f"{'ok    ' if report.ok else 'FAILED'} {case.name} {report.problem}".rstrip())
    if as_json:
        click.echo(json.dumps(_as_json(reports, cases) if everything else reports[0].as_json()))
    elif not everything:
        _tell(reports[0])
    sys.exit(0 if all(report.ok for report in reports) else 1)


def _check_there(key: KeyChoice) -> None:
    try:
        there = key_source(key).attached()
    except HardwareError as error:
        raise click.ClickException(sentence(error)) from error
    if not there:
        found = "No simulated key is plugged in." if key.gadget else "No simulator answers at these ports."
        start = "--gadget" if key.gadget else "--udp P:Q"
        raise click.ClickException(f"{found} Start one: keywright simulate {start}")


def run_all(cases: tuple[Case, ...], key: KeyChoice | None) -> Iterator[Report]:
    """The reports in the order of the cases; a simulator outside is one key, which takes one case after the other."""
    starting = Lock()
    with ThreadPoolExecutor(AT_ONCE if key is None else 1) as pool:
        yield from pool.map(lambda case: run(case, key, starting), cases)


def run(case: Case, key: KeyChoice | None, starting: Lock) -> Report:
    """One case, in a service of its own that is gone afterwards. `starting` is held while a database is made:
    Alembic does that for one at a time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="keywright-")))
        with starting:
            embedded = stack.enter_context(embedded_service(folder, _settings(case)))
        hand, source = hand_with_key(case, Secret(PIN)) if key is None else (None, key_source(key))
        return _enroll(embedded, case, Counted(source), hand)


def _enroll(embedded: Embedded, case: Case, source: Counted, hand: Hand | None) -> Report:
    clients: list[Any] = []
    with closing(open_journal(embedded.station)) as journal:
        host = Host(
            lambda post: open_session(
                embedded.station,
                secret=embedded.secret,
                source=lambda: source,
                journal=journal,
                post=post,
                locale="en",
                hooks=Hooks(on_client=clients.append),
            ),
            monotonic,
        )
        port = watch_port(source, host.post, reference)
        port.start()
        try:
            return run_self_test(
                host,
                _script(embedded, case, hand),
                clock=monotonic,
                http_requests=lambda: sum(client.requests_made for client in clients),
                ctap_commands=lambda: source.commands,
            )
        finally:
            port.stop()


def _script(embedded: Embedded, case: Case, hand: Hand | None) -> Script:
    texting = case.method is VerificationMethod.SMS
    wait: Callable[[int, float], Any] = (embedded.textbox if texting else embedded.mailbox).wait_for
    return Script(
        alternative="upn",
        criteria=PERSON,
        method=case.method,
        pin=PIN,
        code=lambda: next((mail.code for mail in reversed(wait(1, PATIENCE)) if mail.code), ""),
        plug=hand.plug if hand else _nothing,
        touch=hand.touch if hand else _nothing,
        badge=BADGE,
        new_pin=NEW_PIN,
    )


def _settings(case: Case) -> dict[str, Any]:
    return {
        "verification": {"methods": [case.method.value], "allow_none": True, "allow_self_confirmation": True},
        "pin": {"mode": case.pin.value, **PIN_SETTINGS.get(case.special, {})},
        "hand_over": HAND_OVER if case.special is Special.HAND_OVER else {},
    }


def _as_json(reports: list[Report], cases: tuple[Case, ...]) -> dict[str, Any]:
    lines = [{"case": case.name, **report.as_json()} for case, report in zip(cases, reports, strict=True)]
    return {"ok": all(report.ok for report in reports), "cases": lines}


def _tell(report: Report) -> None:
    for step in report.steps:
        click.echo(f"{step.name:<12}{step.ms:>9.1f} ms")
    click.echo(
        f"{', '.join(report.relying_parties) or 'nowhere'}: "
        f"{'the key was proved to work' if report.ok else 'FAILED, ' + report.problem} "
        f"({report.ctap_commands} CTAP commands, {report.http_requests} HTTP requests)"
    )


def _nothing() -> None:
    """A simulator outside plugs and touches itself."""

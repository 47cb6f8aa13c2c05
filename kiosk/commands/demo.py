"""`keywright demo`: a whole enrollment in a window, with a simulated key and a mailbox beside it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from kiosk import logs
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.embedded import PERSON, Embedded, embedded_service
from kiosk.commands.inbox import Inbox
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.panel import KeyTable
from kiosk.commands.phone_links import PhoneLinks
from kiosk.commands.port import watch_port
from kiosk.commands.sample_site import sample_accounts
from kiosk.commands.sources import key_source
from kiosk.commands.standing import Standing
from kiosk.commands.words import sentence
from kiosk.contract.policy import Demand, PhonePlace
from kiosk.enrollment.events import Event
from kiosk.errors import KioskError, NoDisplay
from ui.application import Appearance, has_display, run
from ui.simulator import SimulatorDock, Visitor
from ui.surroundings import Surroundings

CANNOT_START = 3
VISITOR = Visitor("Maria Okafor", PERSON["upn"], "104217")
"""Who stands at the demonstration; one of `resources/sample/people.csv`."""

_TO_SHOW = {"pin": {"enroll_fingerprint": "best_effort"}, "key": {"reset": "self"}}
"""What is asked of the demonstration's own keys, so that there is more to see; a key of yours is never wiped."""


@click.command()
@click.option("--lang", default="en", show_default=True, help="Language of the first screen (BCP 47).")
@click.option("--full-screen", is_flag=True, help="Fill the screen, as a kiosk does.")
@click.option(
    "--phone", type=click.Choice([place.value for place in PhonePlace]), help="A passkey of the phone, too: when."
)
@key_option
def command(lang: str, key: KeyChoice | None, phone: str | None, *, full_screen: bool) -> None:
    """Enroll a simulated security key: you are Maria Okafor, m.okafor@example.org, staff number 104217.

    Everything is real but the key: a service with its own database and mail server is started in this process, and is
    gone when the window is closed. The grey panel beside the kiosk has the key and the mailbox. With --key
    udp:P:Q the key is a simulator outside, and with --key usb it is your own; a PIN that is set stays on it. Codes for
    a phone open in a browser of this machine.
    """
    logs.harden()
    logs.install(logs.LogSettings())
    try:
        if not has_display(os.environ, sys.platform):
            raise NoDisplay  # before the service is started for nobody
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="keywright-")))
            port = _free_port()
            settings = {
                "accounts": sample_accounts(Demand.BEST_EFFORT),
                **_with_phones(port, phone),
                **(_TO_SHOW if key is None else {}),
            }
            embedded = stack.enter_context(embedded_service(folder, settings, port))
            sys.exit(show(embedded, stack, key, lang, full_screen=full_screen))
    except KioskError as error:
        click.echo(sentence(error), err=True)
        sys.exit(CANNOT_START)


def show(embedded: Embedded, stack: ExitStack, choice: KeyChoice | None, lang: str, *, full_screen: bool) -> int:
    """The window over a running service; its exit code."""
    table, links = KeyTable(), PhoneLinks()
    source = table.source if choice is None else key_source(choice)
    journal = open_journal(embedded.station)
    stack.callback(journal.close)

    def make(post: Callable[[Event], None]) -> Standing:
        session = open_session(
            embedded.station,
            secret=embedded.secret,
            source=lambda: source,
            journal=journal,
            post=links.watched(post),
            locale=lang,
        )
        return Standing(session, watch_port(source, post, reference))

    inbox = Inbox(embedded.mailbox, embedded.textbox)
    appearance = Appearance(
        place=Surroundings(simulated=choice is None or choice.simulated),
        full_screen=full_screen,
        dock=lambda: SimulatorDock(table, inbox, VISITOR, links),
        locale=lang,
    )
    return run(make, appearance)


def _with_phones(port: int, place: str | None) -> dict[str, Any]:
    """What phones may do here. Passkeys belong to the name of the service, which is that of this machine."""
    origin = f"https://localhost:{port}"
    return {
        "phone": {"url": origin, "place": place, "codes": True, "forms": True},
        "verification": {"methods": ["email", "sms", "phone"]},
        "relying_parties": [{"id": "staff", "name": "Staff sign-in", "rp_id": "localhost", "origin": origin}],
    }


def _free_port() -> int:
    """A port that nobody has now: the pages of phones must be told before the service listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

"""`keywright audit`: is the trail whole, what does it say, who is not to be named in it any more."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import click

from kiosk.commands.served import (
    at_terminal,
    config_option,
    credentials_option,
    open_parts,
    told_plainly,
)
from kiosk.commands.words import tame
from kiosk.service.audit.anchors import BadAnchor, public_key, read_anchors, sign_head
from kiosk.service.audit.chain import ChainVerdict, Fault
from kiosk.service.audit.checking import BadExport, verify_export, verify_trail
from kiosk.service.audit.erasing import erase_person
from kiosk.service.audit.forms import FORMS
from kiosk.service.audit.report import MOST, printed, report_of
from kiosk.service.store.audit import entries
from kiosk.service.store.audit_pages import EventFilter

NOT_WHOLE: Final = 1

_FAULTS: Final = {
    Fault.GAP: "Entry {at} is missing.",
    Fault.CHANGED: "Entry {at} was changed: its people, reason or details are not those that were written down.",
    Fault.BROKEN: "Entry {at} does not follow from the one before it: one of the two was changed, or put in.",
    Fault.ERASED_SILENTLY: "Entry {at} was erased, and no entry says so.",
    Fault.HEAD: "The chain does not end where it says: entries behind {last} were taken away or put in.",
    Fault.ANCHOR: "Entry {at} is not the one that was anchored: the trail was rewritten.",
}
_anchors_option = click.option(
    "--anchors",
    type=click.Path(exists=True, path_type=Path),
    help="Anchors that were kept elsewhere: a folder of them, or a file.",
)


@click.group()
def command() -> None:
    """The trail: every event of people, staff, stations and keys, in a chain of hashes."""


@command.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings of the service (TOML), whose own trail is verified.",
)
@credentials_option
@_anchors_option
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With FILE: what anchors are verified with, as `audit key` printed it.",
)
def verify(file: Path | None, config: Path | None, folder: Path | None, anchors: Path | None, key: Path | None) -> None:
    """Say whether the trail is whole: that of a service (--config), or FILE, which was exported as JSON lines.

    A FILE needs no database and no secret. Without anchors it cannot be told whether the whole of it was rewritten, or
    its end cut off.

    \b
    Exit codes: 0 whole   1 not whole: it says where   2 a wrong option   3 the database cannot be read
    """
    if (file is None) == (config is None):
        raise click.UsageError("Give either FILE or --config.")
    if file is not None and (anchors is None) != (key is None):
        raise click.UsageError("--anchors and --key belong together.")
    with told_plainly(), _bad_files():
        if config is not None:
            with open_parts(config, folder) as parts:
                known = read_anchors(anchors, public_key(parts)) if anchors else ()
                verdict = verify_trail(parts, known)
        else:
            assert file is not None
            known = read_anchors(anchors, json.loads(key.read_text(encoding="utf-8"))) if anchors and key else ()
            with file.open(encoding="utf-8") as lines:
                verdict = verify_export(lines, known)
    tell_verdict(verdict)
    sys.exit(0 if verdict.whole else NOT_WHOLE)


@command.command()
@config_option
@credentials_option
@click.option("--form", type=click.Choice(sorted(FORMS)), default="jsonl", show_default=True, help="How it is written.")
@click.option("--first", type=click.IntRange(min=1), default=1, show_default=True, help="From this number on.")
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="Where to, if not here.")
def export(config: Path, folder: Path | None, form: str, first: int, output: TextIO) -> None:
    """Write the trail as JSON lines (which can be verified again), CSV, or CEF."""
    with told_plainly(), open_parts(config, folder) as parts, parts.store.read() as tx:
        output.writelines(f"{line}\n" for line in FORMS[form](entries(tx, first)))


@command.command()
@config_option
@credentials_option
@click.option("--output", type=click.File("wb", lazy=True), required=True, help="The PDF.")
@click.option("--tenant", default="default", show_default=True, help="Whose entries.")
@click.option("--site", "sites", multiple=True, help="Of this site only; several may be given.")
@click.option("--subject", default="", help="About this person, key or station (an id) only.")
@click.option("--actor", default="", help="Done by this one only: user:ID, staff:ID, client:ID, service.")
@click.option("--event", default="", help="Of this kind only.")
@click.option("--since", type=click.DateTime(), help="From this time on (UTC).")
@click.option("--until", type=click.DateTime(), help="Before this time (UTC).")
@click.option("--most", type=click.IntRange(1, MOST), default=2000, show_default=True, help="So many, oldest first.")
def report(config: Path, folder: Path | None, output: BinaryIO, most: int, **asked: Any) -> None:
    """Write what was asked for of the trail as a PDF to read and file, with the head of the chain and its signature.

    All of the trail is verified for it. Exit code 1 when it is not whole; the report says so, too.
    """
    times = {name: asked[name] and asked[name].replace(tzinfo=UTC) for name in ("since", "until")}
    with told_plainly(), open_parts(config, folder) as parts:
        made = report_of(parts, EventFilter(**{**asked, **times}), most)
        output.write(printed(made))
    click.echo(f"{len(made.entries)} entries{', and there are more' if made.more else ''}.", err=True)
    sys.exit(0 if made.verdict.whole else NOT_WHOLE)


@command.command()
@config_option
@credentials_option
def anchor(config: Path, folder: Path | None) -> None:
    """Print the head of the chain, signed. Keep it where nobody who administers the database can change it."""
    with told_plainly(), open_parts(config, folder) as parts:
        made, signed = sign_head(parts)
    click.echo(signed)
    click.echo(f"Entry {made.head.number}.", err=True)


@command.command()
@config_option
@credentials_option
def key(config: Path, folder: Path | None) -> None:
    """Print what anchors are verified with (a public key, JWK)."""
    with told_plainly(), open_parts(config, folder) as parts:
        click.echo(json.dumps(public_key(parts)))


@command.command()
@click.argument("subject")
@config_option
@credentials_option
@click.option("--tenant", default="default", show_default=True, help="Whose person it is.")
@click.option("--reason", required=True, help="A word: why. It is written down.")
def erase(subject: str, config: Path, folder: Path | None, tenant: str, reason: str) -> None:
    """Let no entry name SUBJECT (the id of a person) any more. The chain stays whole, and says which they were."""
    with told_plainly(), open_parts(config, folder) as parts:
        many = parts.store.write(lambda tx: erase_person(tx, parts, at_terminal(), tenant, subject, reason))
    click.echo(f"{many} entries do not name {tame(subject)} any more.")


@contextmanager
def _bad_files() -> Iterator[None]:
    try:
        yield
    except BadAnchor as error:
        raise click.UsageError(f"The anchor {tame(error.name)} {error.why}.") from error
    except BadExport as error:
        raise click.UsageError(f"Line {error.line} is no entry.") from error
    except (OSError, ValueError) as error:
        raise click.UsageError(f"A file cannot be read: {tame(str(error))}") from error


def tell_verdict(verdict: ChainVerdict) -> None:
    """Print whether the trail is whole, and if not, where it is not."""
    if verdict.fault is not None:
        click.echo(_FAULTS[verdict.fault].format(at=verdict.at, last=verdict.head.number))
        click.echo(f"Whole up to entry {verdict.head.number} ({verdict.head.hash}).")
        return
    click.echo(f"The trail is whole: {verdict.entries} entries, the last {verdict.head.number} ({verdict.head.hash}).")
    click.echo(f"{verdict.erased} of them do not name their people any more; each erasure is written down.")
    click.echo(f"{verdict.anchored} agree with an anchor.")

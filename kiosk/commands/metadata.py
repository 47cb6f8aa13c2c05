"""`keywright metadata`: bring FIDO metadata to a service that has no way out, and see what it knows of models."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from kiosk.commands.served import config_option, told_plainly
from kiosk.commands.words import tame
from kiosk.errors import ConfigurationError
from kiosk.service.attestation.blob import BlobFault, BlobRejected
from kiosk.service.attestation.keeper import Keeper, Taken, keeper, read_blob
from kiosk.service.attestation.metadata import Entry, Metadata, StatusReport
from kiosk.service.attestation.standing import standing
from kiosk.service.settings import load

NOT_TAKEN = 1
NOTHING_KNOWN = 2

FAULTS = {
    BlobFault.TOO_LARGE: "It is larger than any metadata. Fetch the file again.",
    BlobFault.MALFORMED: "It is no metadata, or only a part of it. Fetch the file again.",
    BlobFault.ALGORITHM: "It is signed in a way that is not accepted. Fetch the file again from its publisher.",
    BlobFault.NO_CHAIN: "It does not carry its signer's certificates. Fetch the file again from its publisher.",
    BlobFault.UNTRUSTED: "Its signer is not one that is trusted here. Fetch it from the FIDO Alliance, or correct"
    " attestation.metadata.root.",
    BlobFault.EXPIRED: "Its signer's certificate is not valid now. Fetch a newer file, and check this machine's clock.",
    BlobFault.WRONG_HOST: "Its signer is somebody else. Fetch it from the FIDO Alliance, or correct"
    " attestation.metadata.hosts.",
    BlobFault.BAD_SIGNATURE: "It was changed after it was signed. Fetch the file again.",
    BlobFault.OLDER: "It is older than what is known already. Fetch a newer file.",
}
"""What is wrong with a file, and what to do."""


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@config_option
@click.option("--aaguid", type=click.UUID, help="Show what is known of this model.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path | None, config: Path, aaguid: UUID | None, *, as_json: bool) -> None:
    """Take the FIDO metadata in FILE (https://mds3.fidoalliance.org/), and show what is known.

    Its signature is checked. A running service sees it within a minute. Exit code 1 when FILE is not taken, 2 when
    nothing is known.
    """
    with told_plainly():
        settings = load(config)
        asked = settings.attestation.metadata
        if asked is None:
            raise ConfigurationError("attestation.metadata", "is not there, so nobody would look at metadata")
        known = keeper(asked, settings.server.data_directory)
        if file is not None:
            _take(known, file, quiet=as_json)
    told = known.current()
    entry = None if told is None or aaguid is None else told.models.get(str(aaguid))
    today = datetime.now(UTC).date()
    if told is None or (aaguid is not None and entry is None):
        click.echo("No metadata are known." if told is None else "The metadata do not know this model.", err=True)
        sys.exit(NOTHING_KNOWN)
    card = as_dict(told, today) if entry is None else model_card(entry, today)
    click.echo(json.dumps(card, indent=2) if as_json else as_text(card))


def as_dict(known: Metadata, today: date) -> dict[str, Any]:
    """All in a few numbers."""
    return {
        "number": known.number,
        "next_update": known.next_update.isoformat(),
        "old": known.next_update < today,
        "models": len(known.models),
        "skipped": known.skipped,
    }


def model_card(entry: Entry, today: date) -> dict[str, Any]:
    """What is known of one model, with the firmware that its metadata describe."""
    stands = standing(entry, entry.version, today)
    return {
        "aaguid": entry.aaguid,
        "name": entry.name,
        "firmware": entry.version,
        "certification": stands.level.name.lower(),
        "refused": None if stands.accused is None else stands.accused.value,
        "retired": stands.retired,
        "attested": entry.attested,
        "roots": [each.subject.rfc4514_string() for each in entry.roots.certificates],
        "picture": bool(entry.picture),
        "reports": [_report(each) for each in entry.reports],
    }


def as_text(card: dict[str, Any]) -> str:
    """One line for each thing that is known."""
    lines = []
    for name, value in card.items():
        values = value if isinstance(value, list) else [value]
        lines += [f"{name.replace('_', ' '):<15}{_shown(each)}" for each in values] or [f"{name:<15}none"]
    return "\n".join(lines)


def _take(known: Keeper, file: Path, *, quiet: bool) -> None:
    try:
        taken = known.take(read_blob(file), datetime.now(UTC))
    except BlobRejected as error:
        click.echo(f"Not taken. {FAULTS[error.fault]}", err=True)
        sys.exit(NOT_TAKEN)
    except OSError as error:
        click.echo(f"Not taken. {file} cannot be read: {error.strerror}", err=True)
        sys.exit(NOT_TAKEN)
    if not quiet:
        click.echo("Taken." if taken is Taken.NEW else "Known already.")


def _report(report: StatusReport) -> str:
    since = "" if report.since is None else f" since {report.since.isoformat()}"
    version = "" if report.version is None else f", firmware {report.version}"
    return f"{report.status}{since}{version}{', one batch' if report.certificate else ''}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else tame(str(value))

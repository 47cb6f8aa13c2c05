"""`keywright restore`: bring a copy of the service's database back."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from kiosk.commands.audit import NOT_WHOLE, tell_verdict
from kiosk.commands.served import (
    CANNOT_START,
    HMAC_KEY,
    config_option,
    credential_store,
    credentials_option,
    secrets_of,
    surroundings,
    told_plainly,
)
from kiosk.commands.words import tame
from kiosk.service.assembly import assemble
from kiosk.service.audit.checking import verify_trail
from kiosk.service.database import open_database
from kiosk.service.settings import load
from kiosk.service.store.copies import BadCopy, bring_back


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@config_option
@credentials_option
@click.option("--over", is_flag=True, help="In place of all that is in the database now.")
def command(file: Path, config: Path, folder: Path | None, *, over: bool) -> None:
    """Fill the database of the settings from FILE, which `keywright backup` made; then say whether the trail is whole.

    The secret service-hmac-key must be there, and be that of the copy. Stop all replicas first. Messages that were sent
    after the copy was made may be sent again.

    \b
    Exit codes: 0 it is back   1 it is back, and its trail is not whole   2 a wrong option   3 cannot be brought back
    """
    with told_plainly():
        settings, store = load(config), credential_store(folder)
        secret = secrets_of(store)
        secret(HMAC_KEY)  # a new one would be of no use: better none is made
        password = None if settings.database.password is None else secret(settings.database.password)
        try:
            with closing(open_database(settings.database, secret)) as database:
                bring_back(database, settings.database, password, file, over=over)
        except (BadCopy, OSError) as error:
            click.echo(f"{tame(str(file))} cannot be brought back: {tame(str(error))}.", err=True)
            sys.exit(CANNOT_START)
        service = assemble(settings, surroundings(store))
        try:
            verdict = verify_trail(service.parts)
        finally:
            service.close()
    click.echo(f"{tame(str(file))} is back.")
    tell_verdict(verdict)
    sys.exit(0 if verdict.whole else NOT_WHOLE)

"""`keywright backup`: keep a copy of the service's database, taken while it works."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiosk.commands.served import (
    CANNOT_START,
    config_option,
    credential_store,
    credentials_option,
    secrets_of,
    told_plainly,
)
from kiosk.commands.words import tame
from kiosk.service.settings import load
from kiosk.service.store.copies import BadCopy, copy_to


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@credentials_option
def command(file: Path, config: Path, folder: Path | None) -> None:
    """Keep all rows as they are at this moment in FILE, which must not be there yet. Nobody has to stop for it.

    Secrets are not in it: what is sealed in the database can only be read with the secret service-hmac-key, so keep
    that, too, elsewhere. Bring it back with `keywright restore`.

    \b
    Exit codes: 0 kept   2 a wrong option   3 cannot be kept (the reason is printed)
    """
    with told_plainly():
        settings = load(config).database
        secret = secrets_of(credential_store(folder))
        password = None if settings.password is None else secret(settings.password)
        try:
            size = copy_to(settings, password, file)
        except FileExistsError:
            raise click.UsageError(f"{tame(str(file))} is there already.") from None
        except (BadCopy, OSError) as error:
            click.echo(f"The database cannot be kept: {tame(str(error))}", err=True)
            sys.exit(CANNOT_START)
    click.echo(f"Kept in {tame(str(file))}: {size / 1_000_000:.1f} MB.")
    click.echo("Keep the secret service-hmac-key, too, in another place: without it nobody can use this copy.")

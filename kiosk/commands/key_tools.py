"""`keywright keys …`: look at what is on a key, take something off it, change its PIN, configure it, wipe it."""

from __future__ import annotations

import json
from contextlib import closing

import click

from hardware.authenticator import KeyInfo, KeySettings, PinState, Sample, StoredCredential
from hardware.errors import KeySwapped
from kiosk.commands.key_desk import Desk, ask_pin, told_plainly, touched
from kiosk.commands.words import tame
from kiosk.enrollment.identity import may_be_wiped
from kiosk.enrollment.visit import KeyIdentity

FINGER_SECONDS = 120.0
_SHORT, _LONG = "Touch the key now.", "Hold your finger on the key for five seconds."

pass_desk = click.make_pass_decorator(Desk)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_desk
def credentials(desk: Desk, *, as_json: bool) -> None:
    """List the sign-ins that are on the key, with the names of their owners. Asks for its PIN."""
    with told_plainly(), desk.unlocked() as (key, _):
        found = key.stored_credentials()
        free = key.inspect().remaining_credentials
    if as_json:
        click.echo(json.dumps({"credentials": [_as_dict(each) for each in found], "free": free}, indent=2))
        return
    for each in found:
        who = tame(each.user_display_name or each.user_name) or "somebody without a name"
        click.echo(f"{each.credential_id.hex()[:16]}  {tame(each.rp_id)}  {who}")
    click.echo(f"{len(found)} on the key, room for {'an unknown number' if free is None else free} more")


@click.command()
@click.argument("credential")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def delete(desk: Desk, credential: str, *, yes: bool) -> None:
    """Take one sign-in off the key: CREDENTIAL is its id, or how it begins. Asks for the PIN of the key."""
    with told_plainly(), desk.unlocked() as (key, _):
        found = [each for each in key.stored_credentials() if each.credential_id.hex().startswith(credential.lower())]
        if len(found) != 1:
            raise click.ClickException(f"{len(found)} sign-ins on this key begin so: see `keywright keys credentials`")
        named = f"{tame(found[0].rp_id)}, {tame(found[0].user_name) or 'without a name'}"
        if not yes:
            click.confirm(f"Delete {named}? Its owner cannot sign in with this key any more.", abort=True, err=True)
        key.delete_credential(found[0].credential_id)
        left = {each.credential_id for each in key.stored_credentials()}
    if found[0].credential_id in left:
        raise click.ClickException("The key still shows it.")
    click.echo(f"Deleted {named}.")


@click.command()
@pass_desk
def pin(desk: Desk) -> None:
    """Set the PIN of the key, or change the one that it has. PINs are typed unseen."""
    with told_plainly(), desk.opened() as (key, info):
        click.echo(f"At least {info.min_pin_length} characters.", err=True)
        if info.pin is PinState.NOT_SET:
            key.set_pin(ask_pin("New PIN", twice=True))
        else:
            if info.pin_retries is not None:
                click.echo(f"PIN tries left: {info.pin_retries}", err=True)
            key.change_pin(ask_pin("PIN of the key"), ask_pin("New PIN", twice=True))
        after = key.inspect()
    if after.pin is not PinState.SET:
        raise click.ClickException("The key does not show the PIN.")
    click.echo("The PIN is set.")


@click.command()
@click.option("--min-pin-length", type=click.IntRange(4, 63), help="Raise the least length of its PIN; it stays.")
@click.option("--tell", multiple=True, metavar="RP-ID", help="A relying party that may read that length.")
@click.option("--force-change", is_flag=True, help="The PIN must be changed before the next use.")
@click.option("--always-uv/--no-always-uv", default=None, help="Check its owner at every use.")
@click.option("--enterprise", is_flag=True, help="Let it name itself to the organization. It stays so.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def configure(
    desk: Desk,
    min_pin_length: int | None,
    tell: tuple[str, ...],
    always_uv: bool | None,
    *,
    force_change: bool,
    enterprise: bool,
    yes: bool,
) -> None:
    """Set what the key demands of its owner. Only a reset takes a raised length or the naming back."""
    wanted = KeySettings(
        min_pin_length=min_pin_length,
        min_pin_length_rp_ids=tell,
        force_pin_change=force_change,
        always_uv=always_uv,
        enterprise_attestation=enterprise,
    )
    if wanted == KeySettings():
        raise click.UsageError("Say what shall be set.")
    lasting = min_pin_length is not None or enterprise
    if lasting and not yes:
        click.confirm("Only a reset, which wipes the key, takes this back. Go on?", abort=True, err=True)
    with told_plainly(), desk.unlocked() as (key, _):
        key.configure(wanted)
    click.echo("The key is configured.")


@click.command()
@click.option("--add", metavar="NAME", help="Enroll a finger under this name.")
@click.option("--remove", metavar="ID", help="Forget the finger with this id.")
@pass_desk
def fingers(desk: Desk, add: str | None, remove: str | None) -> None:
    """List the fingers that the key knows; add or remove one. Asks for its PIN."""

    def on_sample(sample: Sample) -> None:
        click.echo(f"{sample.feedback.value.replace('_', ' ')}; {sample.remaining} to go", err=True)

    with told_plainly(), desk.unlocked() as (key, _):
        if remove is not None:
            if not any(each.template_id.hex() == remove.lower() for each in key.fingerprints()):
                raise click.ClickException("The key knows no finger with this id.")
            key.delete_fingerprint(bytes.fromhex(remove))
        if add is not None:
            key.enroll_fingerprint(add, touched(FINGER_SECONDS, "Touch the sensor again and again."), on_sample)
        known = key.fingerprints()
    for finger in known:
        click.echo(f"{finger.template_id.hex()}  {tame(finger.name)}")
    click.echo(f"{len(known)} fingers")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def reset(desk: Desk, *, yes: bool) -> None:
    """Wipe the key: PIN, sign-ins and settings. It must be taken out, put back and touched within seconds."""
    with told_plainly():
        with desk.opened() as (_, info):
            before = KeyIdentity.of(info)
        click.echo(_what_is_lost(info), err=True)
        if not yes:
            click.confirm("Wipe this key?", abort=True, err=True)
        click.echo("Take the key out.", err=True)
        desk.taken_out()
        click.echo("Put the same key back.", err=True)
        address = desk.put_back()
        with closing(desk.source.open(address)) as key:
            now = key.inspect()
            if not may_be_wiped(before, info, now):
                raise KeySwapped
            key.reset(touched(words=_LONG if info.long_touch_for_reset else _SHORT))
            after = key.inspect()
    if after.pin not in (PinState.NOT_SET, PinState.UNSUPPORTED):
        raise click.ClickException("The key still shows a PIN.")
    click.echo("The key is as new.")


TOOLS = (credentials, delete, pin, configure, fingers, reset)


def _what_is_lost(info: KeyInfo) -> str:
    name = tame(info.address.product) or "This key"
    return f"{name} ({tame(info.address.serial) or tame(info.address.path)}): everything on it will be lost."


def _as_dict(credential: StoredCredential) -> dict[str, object]:
    return {
        "id": credential.credential_id.hex(),
        "rp_id": credential.rp_id,
        "user_id": credential.user_id.hex(),
        "user_name": credential.user_name,
        "user_display_name": credential.user_display_name,
        "protection": credential.protection,
    }

"""`keywright keys`: the security keys that are plugged in, and what each says of itself."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click

from hardware.authenticator import BuiltInUv, KeyAddress, KeyInfo, KeySource, PinState
from hardware.errors import HardwareError
from kiosk import logs
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.key_desk import Desk
from kiosk.commands.key_tools import TOOLS
from kiosk.commands.sources import key_source
from kiosk.commands.words import sentence, tame
from kiosk.enrollment.visit import KeyModel
from kiosk.station.models import model_of

_PIN = {
    PinState.UNSUPPORTED: "cannot have one",
    PinState.NOT_SET: "not set",
    PinState.SET: "set",
    PinState.CHANGE_FORCED: "set, must be changed",
    PinState.AUTH_BLOCKED: "blocked until the key is taken out",
    PinState.BLOCKED: "blocked until a reset",
}


_FINGER = {
    BuiltInUv.UNSUPPORTED: "",
    BuiltInUv.NOT_ENROLLED: "it has a sensor, and knows no finger yet",
    BuiltInUv.READY: "it knows its owner's finger",
    BuiltInUv.BLOCKED: "not recognized too often: it wants the PIN",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One key: what it said, or why it said nothing."""

    address: KeyAddress
    info: KeyInfo | None = None
    error: HardwareError | None = None


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--path", default="", help="Which key, where several are plugged in: as the list names it.")
@key_option
@click.pass_context
def command(context: click.Context, path: str, key: KeyChoice | None, *, as_json: bool) -> None:
    """List and inspect the security keys that are plugged in; with a command, do something to one.

    Without a command nothing is changed, and no PIN is asked for. Exit code 1: there is none, or one cannot be read.
    """
    logs.harden()
    logs.install(logs.LogSettings(level=logging.ERROR))
    source = key_source(key)
    context.obj = Desk(source, path)
    if context.invoked_subcommand is None:
        _list(source, as_json=as_json)


for _tool in TOOLS:
    command.add_command(_tool)


def _list(source: KeySource, *, as_json: bool) -> None:
    try:
        findings = inspect_all(source)
    except HardwareError as error:
        click.echo(json.dumps({"keys": [], "problem": sentence(error)}) if as_json else sentence(error))
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"keys": [as_dict(finding) for finding in findings]}, indent=2))
    else:
        click.echo("\n\n".join(as_text(finding) for finding in findings) or "No security key is plugged in.")
    sys.exit(0 if findings and all(finding.error is None for finding in findings) else 1)


def inspect_all(source: KeySource) -> tuple[Finding, ...]:
    """Open and read every attached key, one after the other. Raises NoAccess where keys may not even be listed."""
    return tuple(_inspect(source, address) for address in source.attached())


def as_text(finding: Finding) -> str:
    """A key as a few lines for a terminal, safe whatever the key calls itself."""
    address, info = finding.address, finding.info
    name = _name(address, info)
    lines = [f"{name}  ({address.transport.value}, {tame(address.path)})"]
    if finding.error is not None:
        return "\n".join([*lines, f"  {sentence(finding.error)}"])
    assert info is not None
    return "\n".join([*lines, *(f"  {label:<13}{value}" for label, value in _rows(info) if value)])


def as_dict(finding: Finding) -> dict[str, Any]:
    """A key as JSON."""
    address, info = finding.address, finding.info
    told: dict[str, Any] = {
        "transport": address.transport.value,
        "path": address.path,
        "serial": address.serial,
        "product": address.product,
        "manufacturer": address.manufacturer,
        "vendor_id": address.vendor_id,
        "product_id": address.product_id,
        "simulated": address.simulated,
    }
    if info is None:
        return {**told, "error": type(finding.error).__name__}
    return {
        **told,
        "aaguid": str(UUID(bytes=info.aaguid)),
        "versions": list(info.versions),
        "extensions": list(info.extensions),
        "options": dict(info.options),
        "algorithms": list(info.algorithms),
        "pin": info.pin.value,
        "pin_retries": info.pin_retries,
        "min_pin_length": info.min_pin_length,
        "firmware": info.firmware,
        "remaining_credentials": info.remaining_credentials,
        "can_delete": info.can_delete,
        "model": model_of(info).name,
        "bus": address.bus,
        "built_in_uv": info.built_in_uv.value,
        "always_uv": info.always_uv,
        "enterprise_attestation": info.enterprise_attestation,
        "large_blob_bytes": info.large_blob_bytes,
        "certifications": dict(info.certifications),
        "transports_for_reset": list(info.transports_for_reset),
        "long_touch_for_reset": info.long_touch_for_reset,
    }


def _name(address: KeyAddress, info: KeyInfo | None) -> str:
    """As people call its model, else as the key calls itself."""
    model = model_of(info) if info is not None else KeyModel()
    own = " ".join(filter(None, [tame(address.manufacturer), tame(address.product)]))
    return (tame(model.name) if model.known else own) or "A key without a name"


def _inspect(source: KeySource, address: KeyAddress) -> Finding:
    try:
        key = source.open(address)
    except HardwareError as error:
        return Finding(address, error=error)
    try:
        return Finding(address, info=key.inspect())
    except HardwareError as error:
        return Finding(address, error=error)
    finally:
        key.close()


def _rows(info: KeyInfo) -> tuple[tuple[str, str], ...]:
    retries = "" if info.pin_retries is None else f", {info.pin_retries} tries left"
    slots = "the key does not say" if info.remaining_credentials is None else str(info.remaining_credentials)
    return (
        ("Model", str(UUID(bytes=info.aaguid))),
        ("Serial", tame(info.address.serial)),
        ("Versions", tame(", ".join(info.versions))),
        ("Firmware", "" if info.firmware is None else str(info.firmware)),
        ("PIN", f"{_PIN[info.pin]}{retries}, at least {info.min_pin_length} characters"),
        ("Free slots", slots),
        ("Finger", _FINGER[info.built_in_uv]),
        ("Large blobs", f"{info.large_blob_bytes} bytes" if info.large_blob_bytes else ""),
        ("Switches", ", ".join(name for name, on in _switches(info) if on)),
        ("Certified", tame(", ".join(f"{name} {level}" for name, level in info.certifications.items()))),
        ("Extensions", tame(", ".join(info.extensions))),
    )


def _switches(info: KeyInfo) -> tuple[tuple[str, bool], ...]:
    """What may have been switched on, or stands in the way of a reset."""
    return (
        ("checks its owner at every use", bool(info.always_uv)),
        ("enterprise attestation", bool(info.enterprise_attestation)),
        ("reset needs a long touch", info.long_touch_for_reset),
    )

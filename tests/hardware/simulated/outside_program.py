"""Somebody else's program: python-fido2 and a UDP socket, and nothing of ours.

It tells on standard output which port it listens on, reads from standard input which port the key listens on, lives
through the life of a key, and tells what it saw as JSON.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from typing import Any

from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.config import Config
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

POWER_CYCLE = 0x40  # the simulator's vendor command
PERMISSION = ClientPin.PERMISSION


class UdpConnection(CtapHidConnection):
    """One report a datagram."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(20)
        self.key_port = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    def read_packet(self) -> bytes:
        """One report."""
        return self._socket.recv(64)

    def write_packet(self, data: bytes) -> None:
        """One report."""
        self._socket.sendto(data, ("127.0.0.1", self.key_port))

    def close(self) -> None:
        """The end."""
        self._socket.close()


class Person(UserInteraction):
    """Somebody who knows the PIN and counts how often the key wants a touch."""

    def __init__(self) -> None:
        self.pin = ""
        self.prompts = 0

    def prompt_up(self) -> None:
        """The key blinks."""
        self.prompts += 1

    def request_pin(self, permissions: PERMISSION, rp_id: str | None) -> str | None:
        """The dialog for the PIN."""
        return self.pin


class Program:
    """The whole story, a method for each chapter."""

    def __init__(self, connection: UdpConnection) -> None:
        self._descriptor = HidDescriptor("udp", 0, 0, 64, 64, None, None)
        self._connection = connection
        self._person = Person()
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(id="example.com", name="Example"),
            attestation=AttestationConveyancePreference.DIRECT,
        )
        self.open()

    def open(self) -> None:
        """A new channel."""
        self.device = CtapHidDevice(self._descriptor, self._connection)
        self.ctap = Ctap2(self.device)
        self.pin = ClientPin(self.ctap)
        collector = DefaultClientDataCollector("https://example.com")
        self.client = Fido2Client(self.device, collector, user_interaction=self._person)

    def power_cycle(self) -> None:
        """Out and in again."""
        self.device.call(POWER_CYCLE)
        self.open()

    def set_pin(self) -> dict[str, Any]:
        """A first PIN."""
        self.pin.set_pin("first PIN")
        self._person.pin = "first PIN"
        self.client = Fido2Client(
            self.device, DefaultClientDataCollector("https://example.com"), user_interaction=self._person
        )
        return {"clientPin": self.ctap.get_info().options["clientPin"]}

    def register(self, user: bytes) -> AttestedCredentialData:
        """A registration, as a browser does it."""
        entity = PublicKeyCredentialUserEntity(id=user, name=user.decode(), display_name="A person")
        options, state = self._server.register_begin(
            entity,
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        data = self._server.register_complete(state, self.client.make_credential(options.public_key))
        assert data.credential_data is not None
        return data.credential_data

    def assert_credential(self, known: list[AttestedCredentialData]) -> dict[str, Any]:
        """An assertion, with a list of credentials and without."""
        for listed in (known, []):
            options, state = self._server.authenticate_begin(
                listed, user_verification=UserVerificationRequirement.REQUIRED
            )
            response = self.client.get_assertion(options.public_key).get_response(0)
            self._server.authenticate_complete(state, known, response)
        return {"prompts": self._person.prompts, "algorithm": CoseKey.parse(known[0].public_key).ALGORITHM}

    def manage(self, known: list[AttestedCredentialData]) -> dict[str, Any]:
        """List, rename, delete."""
        token = self.pin.get_pin_token(self._person.pin, PERMISSION.CREDENTIAL_MGMT)
        management = CredentialManagement(self.ctap, self.pin.protocol, token)
        [rp] = management.enumerate_rps()
        rows = management.enumerate_creds(rp[CredentialManagement.RESULT.RP_ID_HASH])
        named = PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=known[0].credential_id)
        management.update_user_info(
            named, PublicKeyCredentialUserEntity(id=b"alice", name="new name", display_name="New")
        )
        management.delete_cred(named)
        left = management.get_metadata()[CredentialManagement.RESULT.EXISTING_CRED_COUNT]
        return {"users": sorted(row[CredentialManagement.RESULT.USER]["name"] for row in rows), "left": left}

    def change_pin(self) -> dict[str, Any]:
        """A longer minimum, then another PIN."""
        token = self.pin.get_pin_token(self._person.pin, PERMISSION.AUTHENTICATOR_CFG)
        Config(self.ctap, self.pin.protocol, token).set_min_pin_length(10)
        forced = self.ctap.get_info().force_pin_change
        self.pin.change_pin("first PIN", "the second PIN")
        return {"forced": forced, "then": self.ctap.get_info().force_pin_change}

    def lock_out(self) -> list[str]:
        """Wrong PINs until nothing goes."""
        seen = []
        while "PIN_BLOCKED" not in seen:
            seen.append(refusal(lambda: self.pin.get_pin_token("wrong PIN")))
            if seen[-1] == "PIN_AUTH_BLOCKED":
                self.power_cycle()
        return seen

    def reset(self) -> dict[str, Any]:
        """Everything as on the first day."""
        self.power_cycle()
        self.ctap.reset()
        return {"clientPin": self.ctap.get_info().options["clientPin"], "retries": self.pin.get_pin_retries()[0]}


def refusal(call: Callable[[], object]) -> str:
    """The name of the status."""
    try:
        call()
    except CtapError as refused:
        return refused.code.name
    return "none"


def main() -> None:
    """The story, told."""
    connection = UdpConnection()
    sys.stdout.write(f"{connection.port}\n")
    sys.stdout.flush()
    connection.key_port = int(sys.stdin.readline())
    program = Program(connection)
    told: dict[str, Any] = {"set_pin": program.set_pin()}
    known = [program.register(b"alice"), program.register(b"bob")]
    told["assert"] = program.assert_credential(known)
    told["manage"] = program.manage(known)
    told["change_pin"] = program.change_pin()
    told["lock_out"] = program.lock_out()
    told["reset"] = program.reset()
    connection.close()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

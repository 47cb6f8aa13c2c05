"""The command-line tools of libfido2, as somebody at a terminal uses them."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0


@dataclass(frozen=True)
class Token:
    """`fido2-token`, `fido2-cred` and `fido2-assert` on one device node. Each method raises ToolFailed."""

    node: str

    def info(self) -> dict[str, str]:
        """What `fido2-token -I` prints."""
        return dict(line.split(": ", 1) for line in tool("fido2-token", "-I", self.node).splitlines() if ": " in line)

    def options(self) -> list[str]:
        """The options of getInfo; one that is false begins with "no"."""
        return self.info()["options"].split(", ")

    def set_pin(self, pin: str) -> None:
        """A first PIN."""
        tool("fido2-token", "-S", self.node, typed=(pin, pin))

    def change_pin(self, current: str, new: str) -> None:
        """Another PIN."""
        tool("fido2-token", "-C", self.node, typed=(current, new, new))

    def credentials(self, pin: str) -> dict[str, list[bytes]]:
        """The ids of the discoverable credentials, by relying party."""
        parties = [line.split()[-1] for line in tool("fido2-token", "-L", "-r", self.node, typed=(pin,)).splitlines()]
        return {party: self.credentials_of(party, pin) for party in parties}

    def credentials_of(self, rp_id: str, pin: str) -> list[bytes]:
        """The ids of the discoverable credentials of one relying party."""
        lines = tool("fido2-token", "-L", "-k", rp_id, self.node, typed=(pin,)).splitlines()
        return [base64.b64decode(line.split()[1]) for line in lines]

    def delete(self, credential_id: bytes, pin: str) -> None:
        """Delete one credential."""
        tool("fido2-token", "-D", "-i", base64.b64encode(credential_id).decode(), self.node, typed=(pin,))

    def reset(self) -> None:
        """Wipe it."""
        tool("fido2-token", "-R", self.node)

    def make_credential(self, folder: Path, rp_id: str, user: bytes, pin: str) -> None:
        """A discoverable credential with user verification; what came of it stays in the folder."""
        asked, made = folder / "asked", folder / "made"
        asked.write_text(f"{digest('create')}\n{rp_id}\nann\n{base64.b64encode(user).decode()}\n")
        tool("fido2-cred", "-M", "-r", "-v", "-i", str(asked), "-o", str(made), self.node, "es256", typed=(pin,))

    def prove(self, folder: Path, rp_id: str, pin: str, credential_id: bytes) -> None:
        """An assertion with user verification by that credential; it stays in the folder."""
        asked, given = folder / "challenge", folder / "assertion"
        asked.write_text(f"{digest('get')}\n{rp_id}\n{base64.b64encode(credential_id).decode()}\n")
        tool("fido2-assert", "-G", "-v", "-i", str(asked), "-o", str(given), self.node, typed=(pin,))


class ToolFailed(Exception):
    """A tool ended with an error, or asked more than was typed."""


def tool(*command: str, typed: tuple[str, ...] = ()) -> str:
    """What the tool printed; `typed` is what is typed at its prompts.

    A tool without a terminal takes it from its standard input.
    """
    ended = subprocess.run(
        command,
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        start_new_session=True,
    )
    if ended.returncode:
        raise ToolFailed(f"{command}: {ended.returncode}: {ended.stderr} {ended.stdout}")
    return ended.stdout


def listed() -> dict[str, str]:
    """What `fido2-token -L` lists: the node, and the rest of its line."""
    return dict(line.split(": ", 1) for line in tool("fido2-token", "-L").splitlines())


def made_credential(folder: Path) -> bytes:
    """The id of the credential that was made in the folder: the fifth of the lines that describe it."""
    return base64.b64decode((folder / "made").read_text().splitlines()[4])


def verified_credential(folder: Path) -> bytes:
    """Verify the attestation of the credential that was made in the folder; its id. Raises ToolFailed."""
    verified = tool("fido2-cred", "-V", "-v", "-i", str(folder / "made"), "es256")
    credential_id, public_key = verified.split("\n", 1)
    (folder / "public.pem").write_text(public_key)
    return base64.b64decode(credential_id)


def verify_assertion(folder: Path) -> None:
    """Verify the assertion in the folder with the credential there. Raises ToolFailed."""
    tool("fido2-assert", "-V", "-v", "-i", str(folder / "assertion"), str(folder / "public.pem"), "es256")


def digest(text: str) -> str:
    """What stands for the client data."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

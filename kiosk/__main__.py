"""The command line: finds the command and runs it. With `kiosk.commands`, the one place that sees all packages."""

from __future__ import annotations

import importlib

import click

from kiosk.version import VERSION

COMMANDS = {
    "demo": "a whole enrollment in a window, with a simulated key and a mailbox",
    "kiosk": "the kiosk itself, full screen; `kiosk activate` connects a new one",
    "service": "the service that kiosks talk to",
    "agent": "the process that opens keys for a kiosk",
    "enroll": "the same enrollment in a terminal, for staff",
    "keys": "list and inspect the security keys that are plugged in",
    "users": "import people and badges, unlock people",
    "messages": "what became of the mail and the texts",
    "inventory": "the keys of the house: stock, holders, lost, returned, recalled",
    "removals": "what identity providers still have to forget",
    "stations": "who may talk to the service",
    "audit": "verify the trail, export it, anchor it, take people out of it",
    "backup": "keep a copy of the service's database",
    "restore": "bring such a copy back",
    "staff": "who approves and administers: add people, hand out codes, revoke keys",
    "projects": "campaigns that hand out mobile IDs: create, show, download codes, see who has what",
    "metadata": "bring FIDO metadata, and see what they know of models of keys",
    "doctor": "check everything that a station or a service needs, and say the remedy",
    "selftest": "one whole enrollment without a window",
    "simulate": "a simulated key for other programs",
    "tour": "a picture of every screen and every notice",
    "bench": "benchmarks, side by side with the bare libraries",
    "test": "everything that a change must pass",
}
"""Every command and what it does. Each is `kiosk.commands.<name>.command`, imported only when it is called."""


class Commands(click.Group):
    """A group whose commands are imported on use, so that `--help` and each start are quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"kiosk.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version=VERSION, prog_name="keywright")
def main() -> None:
    """Keywright, the enrollment kiosk for FIDO2 security keys."""


if __name__ == "__main__":
    main(prog_name="keywright")

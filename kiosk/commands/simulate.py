"""`keywright simulate`: our simulated key, for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

import click

from hardware.transport.udp_server import run
from kiosk.commands.key_choice import udp_ports


@click.command()
@click.option("--udp", "ports", default="8111:7112", show_default=True, metavar="LISTEN:ANSWER", help="UDP ports.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep the key in this file.")
@click.option("--wait-for-touch", is_flag=True, help="Each line of input is one touch; else it touches itself.")
def command(ports: str, state: Path | None, *, wait_for_touch: bool) -> None:
    """Serve a simulated security key over UDP to programs on this machine, until interrupted.

    One CTAPHID report a datagram: it listens on the first port and answers to the second, as the firmware simulators
    of the field do. A file given with --state holds private keys of no worth; the key comes back with what is on it.
    """
    listen, answer = udp_ports(f"udp:{ports}")
    stop = Event()

    def ready(port: int) -> None:
        click.echo(
            f"A simulated key listens on 127.0.0.1:{port} (UDP) and answers to {answer}. Ctrl+C ends it.", err=True
        )

    try:
        run(listen, answer, state=state, touches=sys.stdin if wait_for_touch else None, stop=stop, on_ready=ready)
    except KeyboardInterrupt:
        stop.set()
    except ValueError as error:
        raise click.ClickException(f"{state} does not hold a simulated key: {error}") from error
    except OSError as error:
        raise click.ClickException(f"The simulated key cannot be served: {error.strerror}.") from error

"""`keywright tour`: a picture of every screen and every notice."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from kiosk import logs
from kiosk.commands.words import sentence
from kiosk.errors import KioskError
from ui.tour import run_tour


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--lang", default="en", show_default=True, help="Language (BCP 47).")
@click.option("--size", default="1280x800", show_default=True, metavar="WxH", help="Size of the screen in pixels.")
@click.option("--text-scale", type=click.FloatRange(1.0, 2.0), default=1.0, show_default=True, help="Size of the text.")
@click.option(
    "--contrast", type=click.Choice(["light", "dark", "high"]), default="light", show_default=True, help="Colors."
)
def command(folder: Path, lang: str, size: str, text_scale: float, contrast: str) -> None:
    """Drive the real wizard through every screen and every error notice, and save a numbered PNG of each in FOLDER.

    No display is needed: the pictures are drawn off screen.
    """
    logs.install(logs.LogSettings(level=logging.ERROR))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        count = run_tour(folder, lang, size, text_scale, "contrast" if contrast == "high" else contrast)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except KioskError as error:
        raise click.ClickException(sentence(error)) from error
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written to: {error.strerror}") from error
    click.echo(f"{count} pictures in {folder}")

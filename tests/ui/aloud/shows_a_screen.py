"""Shows the window with one sample state until it is ended: what a screen reader is tested with."""

from __future__ import annotations

import sys

from ui.application import make_application
from ui.i18n import Interpreter
from ui.surroundings import Surroundings
from ui.theme import load_theme
from ui.tour_samples import samples
from ui.window import Window


def main(name: str, locale: str) -> int:
    """Show the sample state `name` in the language `locale`."""
    app = make_application()
    window = Window(load_theme(locale=locale), Surroundings(), Interpreter(app))
    window.resize(1280, 800)
    window.show()
    window.show_state(next(each.state for each in samples(locale) if each.name == name))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

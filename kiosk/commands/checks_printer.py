"""What doctor looks at where a station prints letters: the queue, and that there are words and typefaces for a page."""

from __future__ import annotations

from kiosk.commands.checks import Finding, bad, good
from kiosk.enrollment.effects import Letter
from kiosk.errors import LetterNotPrinted
from kiosk.secret import Secret
from kiosk.station.letter import rendered
from kiosk.station.printing import Printer

REMEDIES = {
    "no_cups": "install the packages cups and cups-client",
    "not_finished": "see whether CUPS runs: `lpstat -r`",
    "not_made": "see whether the program is installed whole: resources/templates/letter",
}
_SAMPLE = Letter("Example", "Example", "Example", "0000", "en", must_change=True)


def check_printer(printer: Printer) -> Finding:
    """Whether a letter would come out. Nothing is printed."""
    try:
        rendered(_SAMPLE, Secret("00000000"))
        ready = printer.ready()
    except LetterNotPrinted as error:
        return bad("printer", f"{printer.queue}: {error.why}", REMEDIES[error.why])
    if not ready:
        remedy = f"see `lpstat -a {printer.queue} -p {printer.queue}`; `cupsenable` and `cupsaccept` let it go on"
        return bad("printer", f"{printer.queue} takes no letters", remedy)
    return good("printer", f"{printer.queue} takes letters")

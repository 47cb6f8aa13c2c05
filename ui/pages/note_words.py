"""The words for what staff may know of their kiosk."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.station.notes import Notes
from ui.messages import duration


def staff_line(notes: Notes | None) -> str:
    """What staff should mend, in one line; empty where there is nothing."""
    say, told = QCoreApplication.translate, []
    if notes is not None and notes.owed:
        told.append(say("Notes", "For staff: %n keys have a PIN that nobody knows.", "", len(notes.owed)))
    if notes is not None and notes.skew:
        told.append(say("Notes", "For staff: the clock of this kiosk is {skew}.").format(skew=clock_words(notes.skew)))
    return " ".join(told)


def clock_words(skew: float) -> str:
    """How wrong the clock is; `skew` seconds ahead of the service's."""
    say = QCoreApplication.translate
    words = say("Notes", "{time} fast") if skew > 0 else say("Notes", "{time} slow")
    return words.format(time=duration(max(round(abs(skew)), 1)))

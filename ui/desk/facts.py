"""What staff read of a key that they look at."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from hardware.authenticator import KeyInfo, PinState
from kiosk.contract.staff import ReferenceTold
from kiosk.desk.states import EnterOwnersPin, EnterPin, LookAtKey, StoredName
from kiosk.errors import KeyNotAllowed
from kiosk.station.journal_row import KeyMark
from kiosk.station.models import name_of
from kiosk.station.notes import Notes
from ui.desk.words import inventory_words
from ui.messages import message, reason_said
from ui.pages.note_words import clock_words
from ui.text import clean

_MOST_PLACES, _MOST_ACCOUNTS, _MOST_OWED = 100, 5, 10


def key_lines(state: LookAtKey) -> list[tuple[str, str]]:
    """Name and text of each line: what the key says of itself, then what the service knows."""
    say = QCoreApplication.translate
    assert state.info is not None
    lines = _own(state.info, state.model.name if state.model is not None else "")
    if state.told is not None:
        refusals = state.told.refusals
        refused = message(KeyNotAllowed("", refusals)).text if refusals else say("Desk", "no")
        lines += [
            (say("Desk", "Inventory"), inventory_words(state.told.state)),
            (say("Desk", "Holder"), state.told.holder),
            (say("Desk", "Since"), state.told.since),
            (say("Desk", "Policy refuses it"), refused),
            (say("Desk", "Doubts"), " ".join(map(reason_said, state.told.doubts))),
        ]
    return [(name, text) for name, text in lines if text]


def tries_of(state: EnterPin | EnterOwnersPin) -> int | None:
    """How many tries of the PIN that is typed are left, None where nobody knows."""
    if isinstance(state, EnterPin):
        return state.retries_left
    return None if state.look.info is None else state.look.info.pin_retries


def name_lines(names: tuple[StoredName, ...]) -> list[tuple[str, str]]:
    """Place and accounts of each line; no more of them than somebody reads."""
    say = QCoreApplication.translate
    if not names:
        return [(say("Desk", "No sign-in is kept on this key."), "")]
    at: dict[str, list[str]] = {}
    for each in names:
        at.setdefault(clean(each.place) or say("Desk", "Unnamed"), []).append(clean(each.account))
    lines = [(place, _some(accounts)) for place, accounts in list(at.items())[:_MOST_PLACES]]
    more = len(at) - len(lines)
    return [*lines, (say("Desk", "and %n more", "", more), "")] if more else lines


def _some(accounts: list[str]) -> str:
    told = [each for each in accounts if each]
    more = len(told) - _MOST_ACCOUNTS
    some = ", ".join(told[:_MOST_ACCOUNTS])
    return f"{some} {QCoreApplication.translate('Desk', 'and %n more', '', more)}" if more > 0 else some


def reference_lines(told: ReferenceTold) -> list[tuple[str, str]]:
    """When, and what happened then, with its reason; safe to show."""
    return [
        (_when(when), " – ".join(filter(None, (clean(event.replace("_", " ")), reason and reason_said(reason)))))
        for when, event, reason in told.events
    ]


def kiosk_lines(notes: Notes) -> list[tuple[str, str]]:
    """Name and text of each line about this kiosk."""
    say = QCoreApplication.translate
    program = notes.version
    if notes.update:
        program = say("Desk", "{version}, {update} is there").format(version=notes.version, update=notes.update)
    lines = [
        (say("Desk", "Kiosk"), ", ".join(filter(None, (notes.name, notes.site)))),
        (say("Desk", "Program"), program),
        (say("Desk", "Configuration"), str(notes.configuration) if notes.configuration else ""),
        (say("Desk", "Clock"), clock_words(notes.skew) if notes.skew else ""),
        (say("Desk", "Service"), say("Desk", "cannot be reached") if notes.offline else ""),
    ]
    return [(name, text) for name, text in lines if text]


def owed_words(notes: Notes) -> str:
    """What to do with keys whose PIN nobody knows; empty where there is none."""
    say, number = QCoreApplication.translate, len(notes.owed)
    if not number:
        return ""
    return say("Desk", "%n keys got a random PIN that never reached its owner: nobody knows it. Wipe them.", "", number)


def owed_lines(notes: Notes) -> list[tuple[str, str]]:
    """Name and text of each of those keys, as somebody finds it in a drawer: model, serial number, and since when."""
    say, lines = QCoreApplication.translate, []
    for owed in notes.owed[:_MOST_OWED]:
        when = owed.owed_since.astimezone().strftime("%Y-%m-%d %H:%M")
        lines.append(
            (
                name_of(owed.key.aaguid) or say("Desk", "Unknown model"),
                ", ".join(filter(None, (owed.key.serial, when))),
            )
        )
    return lines


def unknown_words(info: KeyInfo, notes: Notes) -> str:
    """That nobody knows the PIN of this key; of one without a serial number, that it may be so; else empty."""
    say, mark = QCoreApplication.translate, KeyMark.of(info)
    if info.pin is PinState.NOT_SET or all(each.key != mark for each in notes.owed):
        return ""
    if mark.serial:
        return say("Desk", "Wipe this key: it got a random PIN that never reached its owner. Nobody knows it.")
    return say("Desk", "Nobody knows the PIN of one key of this model: it never reached its owner. Is it this one?")


def _when(told: str) -> str:
    """A time as the clock on the wall has it; what is none, as it is."""
    try:
        return clean(f"{datetime.fromisoformat(told).astimezone():%Y-%m-%d %H:%M:%S}")
    except ValueError:
        return clean(told)


def _own(info: KeyInfo, model: str) -> list[tuple[str, str]]:
    say = QCoreApplication.translate
    room = "" if info.remaining_credentials is None else str(info.remaining_credentials)
    return [
        (say("Desk", "Model"), model or info.address.product),
        (say("Desk", "Serial number"), info.address.serial),
        (say("Desk", "Firmware"), "" if info.firmware is None else str(info.firmware)),
        (say("Desk", "PIN"), _pin(info)),
        (say("Desk", "Versions"), ", ".join(info.versions)),
        (say("Desk", "Free places"), room),
    ]


def _pin(info: KeyInfo) -> str:
    say = QCoreApplication.translate
    words = {
        PinState.UNSUPPORTED: say("Desk", "not possible"),
        PinState.NOT_SET: say("Desk", "not set"),
        PinState.SET: say("Desk", "set"),
        PinState.CHANGE_FORCED: say("Desk", "must be changed"),
        PinState.AUTH_BLOCKED: say("Desk", "blocked until the key is put in again"),
        PinState.BLOCKED: say("Desk", "blocked for good: only a reset helps"),
    }[info.pin]
    if info.pin_retries is None:
        return words
    return say("Desk", "{state}, {tries} tries left").format(state=words, tries=info.pin_retries)

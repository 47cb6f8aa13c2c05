"""The words of the phone page: what the phone is wanted for, how it stands, and how it may end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from kiosk.contract.phone import PhonePurpose, PhoneReason, PhoneStatus

_MINUTE = 60


@dataclass(frozen=True)
class Ending:
    """How a code ended without success: what happened, what it means, and what to do; `tone` as of a notice."""

    title: str
    sentence: str
    todo: str
    tone: str = "warn"


def wanted_for(purpose: PhonePurpose, *, instead: bool) -> str:
    """What follows on the phone, said while the code waits for one."""
    say = QCoreApplication.translate
    match purpose:
        case PhonePurpose.PASSKEY if instead:
            return say("Phone", "Your phone can then work as your key.")
        case PhonePurpose.PASSKEY:
            return say("Phone", "Your phone can then sign you in, too.")
        case PhonePurpose.CONFIRM:
            return say("Phone", "A passkey on it shows that it is you.")
        case PhonePurpose.CODE:
            return say("Phone", "Then type the code there instead of here.")
        case PhonePurpose.REGISTER:
            return say("Phone", "Then fill in the form there instead of here.")


def what_to_do() -> tuple[str, ...]:
    """The three steps to the page on the phone."""
    say = QCoreApplication.translate
    return (
        say("Phone", "Open the camera on your phone."),
        say("Phone", "Point it at the square code."),
        say("Phone", "Tap the link and follow the steps."),
    )


def goes_on(purpose: PhonePurpose) -> str:
    """What is done on the phone after the number, said while the phone works."""
    say = QCoreApplication.translate
    match purpose:
        case PhonePurpose.PASSKEY:
            return say("Phone", "Then save the passkey there.")
        case PhonePurpose.CONFIRM:
            return say("Phone", "Then choose your passkey there.")
        case PhonePurpose.CODE:
            return say("Phone", "Then type the code there.")
        case PhonePurpose.REGISTER:
            return say("Phone", "Then fill in the form there.")


def completed(purpose: PhonePurpose) -> str:
    """What the phone has done."""
    say = QCoreApplication.translate
    match purpose:
        case PhonePurpose.PASSKEY:
            return say("Phone", "Your phone is set up")
        case PhonePurpose.CONFIRM:
            return say("Phone", "Your phone says that it is you")
        case PhonePurpose.CODE:
            return say("Phone", "The code is right")
        case PhonePurpose.REGISTER:
            return say("Phone", "Your form is here")


def lasts(seconds: int) -> str:
    """How long a code may still be scanned: to the second, for the eye."""
    say = QCoreApplication.translate
    if seconds >= _MINUTE:
        text = say("Phone", "The code works for {minutes} min {seconds} s.")
        return text.format(minutes=seconds // _MINUTE, seconds=seconds % _MINUTE)
    return say("Phone", "The code works for %n more second(s).", "", seconds)


def lasts_aloud(seconds: int) -> str:
    """As `lasts`, for the ear: in whole minutes, so that it changes seldom."""
    if seconds >= _MINUTE:
        return QCoreApplication.translate("Phone", "The code works for about %n minute(s).", "", seconds // _MINUTE)
    return QCoreApplication.translate("Phone", "The code works for less than a minute.")


def instead_of_phone(purpose: PhonePurpose) -> str:
    """What leads back to where the person came from, at the kiosk."""
    say = QCoreApplication.translate
    match purpose:
        case PhonePurpose.CODE:
            return say("Phone", "Type it here instead")
        case PhonePurpose.REGISTER:
            return say("Phone", "Fill it in here instead")
        case PhonePurpose.CONFIRM | PhonePurpose.PASSKEY:
            return say("Phone", "Back")


def help_lines(purpose: PhonePurpose) -> tuple[str, ...]:
    """What Help says."""
    say = QCoreApplication.translate
    about = {
        PhonePurpose.PASSKEY: say(
            "Phone", "A passkey is kept on your phone, and opened by its lock. Nothing to install."
        ),
        PhonePurpose.CONFIRM: say("Phone", "It must be a passkey that you made on this phone before."),
        PhonePurpose.CODE: say(
            "Phone", "The code is the one that we sent you. On your phone it may be easier to copy."
        ),
        PhonePurpose.REGISTER: say("Phone", "What you type on your phone is sent to this visit only."),
    }
    return (
        about[purpose],
        say("Phone", "Never type the number into a phone that is not yours, and tell it to nobody."),
    )


def ending(status: PhoneStatus, reason: str) -> Ending:
    """The words for a code that is over without success; decent ones for a reason that is not known here."""
    say = QCoreApplication.translate
    if status is PhoneStatus.EXPIRED:
        return Ending(
            say("Phone", "The code has run out"),
            say("Phone", "For your safety it works for a few minutes only."),
            say("Phone", "<b>Nothing is lost.</b> Show a new code, and scan that one."),
            "info",
        )
    known = {
        PhoneReason.WRONG_NUMBER: _wrong_number,
        PhoneReason.WRONG_ACCOUNT: _wrong_account,
        PhoneReason.ANOTHER_PHONE: _another_phone,
        PhoneReason.DECLINED: _declined,
        PhoneReason.REFUSED: _refused,
        PhoneReason.LOCKED: _locked,
        PhoneReason.REPLACED: _replaced,
        PhoneReason.TAKEN_BACK: _taken_back,
    }
    said = known.get(PhoneReason(reason)) if reason in set(PhoneReason) else None
    return said() if said is not None else _unknown()


def unreadable() -> Ending:
    """The words for a code that cannot be shown."""
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "This code cannot be shown"),
        say("Phone", "What the office computer sent is no picture of a code."),
        say("Phone", "<b>You have done nothing wrong.</b> Go on without a phone, or tell the desk."),
    )


def _wrong_number() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "The number was not right"),
        say("Phone", "A different number was typed on the phone too often."),
        say("Phone", "<b>Was it your phone?</b> Show a new code and try again. If it was not, tell the desk."),
    )


def _wrong_account() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "That passkey is not yours"),
        say("Phone", "The phone has a passkey, but it belongs to somebody else."),
        say("Phone", "<b>Nothing has changed.</b> Try again with your own phone, or another way."),
    )


def turned_away() -> str:
    """While one phone is at work, a second one tried to."""
    say = QCoreApplication.translate
    return say("Phone", "<b>A second phone tried this code.</b> It was turned away, and only yours goes on.")


def _another_phone() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "A second phone used this code"),
        say("Phone", "So that nobody goes on in your place, we stopped here."),
        say("Phone", "<b>A code is for one phone.</b> Show a new one, and scan it with yours."),
        "stop",
    )


def _declined() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "You said no on the phone"),
        say("Phone", "You told us there that it is not you. Nothing was saved."),
        say("Phone", "<b>Was it a slip?</b> Show a new code. If something looked wrong, tell the desk."),
    )


def _refused() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "It did not work with this phone"),
        say("Phone", "What the phone sent could not be used. Nothing was saved."),
        say("Phone", "<b>Try it once more.</b> If that does not help, use another phone, or go on without."),
    )


def _locked() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "Too many wrong codes"),
        say("Phone", "For your safety no more codes are taken for a while."),
        say("Phone", "<b>Please ask the desk,</b> or choose another way to show who you are."),
        "stop",
    )


def _replaced() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "There is a newer code"),
        say("Phone", "Only the newest one works."),
        say("Phone", "<b>Nothing is lost.</b> Show a new code, and scan that one."),
        "info",
    )


def _taken_back() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "This code was taken back"),
        say("Phone", "It does not work any more."),
        say("Phone", "<b>Nothing is lost.</b> Show a new code, and scan that one."),
        "info",
    )


def _unknown() -> Ending:
    say = QCoreApplication.translate
    return Ending(
        say("Phone", "That did not work"),
        say("Phone", "The phone could not finish. Nothing was saved."),
        say("Phone", "<b>Try it once more.</b> Show a new code, and scan that one."),
    )

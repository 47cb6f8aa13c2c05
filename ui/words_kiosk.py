"""Words for trouble beside the key: the visit, the kiosk itself, the service."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from kiosk import errors as kiosk
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from ui.words import ANOTHER_KEY, NOT_HERE, START_AGAIN, TELL_DESK, Words

NO_PRINTER = QT_TRANSLATE_NOOP("Messages", "This kiosk has no printer for it. Nothing was done with your key.")
"""The text where there is no printer at all."""
_NOT_READY = QT_TRANSLATE_NOOP("Messages", "This kiosk is not ready")

KIOSK_WORDS: dict[type[Exception], Words] = {
    kiosk.KioskError: Words(
        QT_TRANSLATE_NOOP("Messages", "Something went wrong"),
        QT_TRANSLATE_NOOP("Messages", "It is written down for the staff."),
        TELL_DESK,
    ),
    kiosk.ConfigurationError: Words(
        _NOT_READY, QT_TRANSLATE_NOOP("Messages", "A setting is missing or wrong."), TELL_DESK
    ),
    kiosk.NoCredential: Words(
        _NOT_READY, QT_TRANSLATE_NOOP("Messages", "Its own sign-in to the office computer is missing."), TELL_DESK
    ),
    kiosk.NoDisplay: Words(
        _NOT_READY, QT_TRANSLATE_NOOP("Messages", "There is no screen to show anything on."), TELL_DESK
    ),
    kiosk.PortTaken: Words(_NOT_READY, QT_TRANSLATE_NOOP("Messages", "Another program is in its way."), TELL_DESK),
    kiosk.StorageFull: Words(
        _NOT_READY, QT_TRANSLATE_NOOP("Messages", "It has no room left to keep its records."), TELL_DESK
    ),
    kiosk.JournalCorrupt: Words(
        _NOT_READY, QT_TRANSLATE_NOOP("Messages", "Its records cannot be read. They were put aside."), TELL_DESK
    ),
    kiosk.InputRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "This does not look right"),
        QT_TRANSLATE_NOOP("Messages", "Please check what you typed."),
        blameless=False,
    ),
    kiosk.SeveralKeys: Words(
        QT_TRANSLATE_NOOP("Messages", "There is more than one key"),
        QT_TRANSLATE_NOOP("Messages", "Leave only the one that you want to set up."),
        blameless=False,
    ),
    kiosk.KeyNotAdmitted: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "Your organization does not use this type of key."), ANOTHER_KEY
    ),
    kiosk.OtherPort: Words(
        QT_TRANSLATE_NOOP("Messages", "Please use the same slot"),
        QT_TRANSLATE_NOOP("Messages", "Put the key back where it was, so that we know it again."),
    ),
    kiosk.NotApproved: Words(
        QT_TRANSLATE_NOOP("Messages", "The desk did not agree"),
        QT_TRANSLATE_NOOP("Messages", "Nothing was wiped. Please ask the people at the desk."),
        ANOTHER_KEY,
        tone="stop",
    ),
    kiosk.NotProtected: Words(
        QT_TRANSLATE_NOOP("Messages", "The key is not protected as it should be"),
        QT_TRANSLATE_NOOP("Messages", "We looked once more, and something is missing. Please do not use this key yet."),
        TELL_DESK,
        tone="stop",
    ),
    kiosk.Denied: Words(
        QT_TRANSLATE_NOOP("Messages", "Staff said no"),
        QT_TRANSLATE_NOOP("Messages", "You can ask once more, or go back."),
        TELL_DESK,
        tone="stop",
    ),
    kiosk.SameKey: Words(
        QT_TRANSLATE_NOOP("Messages", "This is the key that is done already"),
        QT_TRANSLATE_NOOP("Messages", "Please take it out, and put in another one."),
    ),
    kiosk.LetterNotPrinted: Words(
        QT_TRANSLATE_NOOP("Messages", "The letter with your PIN did not come out"),
        QT_TRANSLATE_NOOP("Messages", "The printer may be out of paper, or off. Please tell the desk."),
        TELL_DESK,
    ),
    kiosk.TookTooLong: Words(
        QT_TRANSLATE_NOOP("Messages", "That took too long"),
        QT_TRANSLATE_NOOP("Messages", "For your safety we forgot what you typed. Please start again."),
        START_AGAIN,
        blameless=False,
        icon="clock",
    ),
    kiosk.ServiceError: Words(
        QT_TRANSLATE_NOOP("Messages", "The office computer has a problem"),
        QT_TRANSLATE_NOOP("Messages", "Please try again in a few minutes."),
        TELL_DESK,
    ),
    kiosk.ServiceUnreachable: Words(
        QT_TRANSLATE_NOOP("Messages", "We cannot reach the office computer"),
        QT_TRANSLATE_NOOP("Messages", "Please wait a little, or tell the desk."),
        TELL_DESK,
    ),
    kiosk.ServiceUntrusted: Words(
        QT_TRANSLATE_NOOP("Messages", "We are not sure that this is your office computer"),
        QT_TRANSLATE_NOOP("Messages", "For your safety we send nothing to it."),
        TELL_DESK,
        tone="stop",
    ),
    kiosk.ServiceBroken: Words(
        QT_TRANSLATE_NOOP("Messages", "The office computer has a problem"),
        QT_TRANSLATE_NOOP("Messages", "Please try again in a few minutes, or tell the desk."),
        TELL_DESK,
    ),
    kiosk.StationRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "The office computer does not know this kiosk"),
        QT_TRANSLATE_NOOP("Messages", "Staff must connect it again."),
        TELL_DESK,
        tone="stop",
    ),
    StationSwitchedOff: Words(
        QT_TRANSLATE_NOOP("Messages", "Your organization has switched off this kiosk"),
        QT_TRANSLATE_NOOP("Messages", "Nothing can be set up here. Please ask the desk for another kiosk."),
        TELL_DESK,
        tone="stop",
    ),
    ActivationRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "This code does not work"),
        QT_TRANSLATE_NOOP(
            "Messages", "It may be mistyped, used already, or too old. Look again, or make a new one in the console."
        ),
        blameless=False,
    ),
    kiosk.Refusal: Words(
        QT_TRANSLATE_NOOP("Messages", "The office computer did not accept this"),
        QT_TRANSLATE_NOOP("Messages", "It is written down for the staff."),
        TELL_DESK,
    ),
    kiosk.ApprovalNeeded: Words(
        QT_TRANSLATE_NOOP("Messages", "Staff must say yes first"),
        QT_TRANSLATE_NOOP("Messages", "They cannot be asked from here. Please go to the desk."),
        TELL_DESK,
    ),
    kiosk.KeysEnough: Words(
        QT_TRANSLATE_NOOP("Messages", "You have enough keys"),
        QT_TRANSLATE_NOOP("Messages", "Your organization allows no more. The helpdesk can tell you more."),
        TELL_DESK,
    ),
    kiosk.WrongCode: Words(
        QT_TRANSLATE_NOOP("Messages", "That code is not right"),
        QT_TRANSLATE_NOOP("Messages", "Please look again, and type it once more."),
        blameless=False,
    ),
    kiosk.CodeTooOld: Words(
        QT_TRANSLATE_NOOP("Messages", "That code is too old"),
        QT_TRANSLATE_NOOP("Messages", "We can send a new one."),
        icon="clock",
    ),
    kiosk.TooSoon: Words(
        QT_TRANSLATE_NOOP("Messages", "A code is on its way"),
        QT_TRANSLATE_NOOP("Messages", "You can ask for another one in {time}."),
        icon="clock",
    ),
    kiosk.Locked: Words(
        QT_TRANSLATE_NOOP("Messages", "Too many tries"),
        QT_TRANSLATE_NOOP("Messages", "Please wait {time}, or ask the desk."),
        (QT_TRANSLATE_NOOP("Messages", "Please wait {time}, or ask the desk."),),
        tone="stop",
        blameless=False,
        icon="lock",
    ),
    kiosk.NotVerified: Words(
        QT_TRANSLATE_NOOP("Messages", "We could not check that it is you"),
        QT_TRANSLATE_NOOP("Messages", "Something does not match. Please try again, or ask the desk."),
        TELL_DESK,
        tone="stop",
        blameless=False,
    ),
    kiosk.VerificationUnavailable: Words(
        QT_TRANSLATE_NOOP("Messages", "This way does not work right now"),
        QT_TRANSLATE_NOOP("Messages", "Please choose another one, or ask the desk."),
        TELL_DESK,
    ),
    kiosk.HeldForReview: Words(
        QT_TRANSLATE_NOOP("Messages", "Somebody has to look at this first"),
        QT_TRANSLATE_NOOP("Messages", "You are registered. Please go to the desk, they can let you go on."),
        TELL_DESK,
        icon="clock",
    ),
    kiosk.TermsChanged: Words(
        QT_TRANSLATE_NOOP("Messages", "What is to be accepted has changed"),
        QT_TRANSLATE_NOOP("Messages", "Please go on, and read the new text."),
        START_AGAIN,
    ),
    kiosk.TotpWrongState: Words(
        QT_TRANSLATE_NOOP("Messages", "Your app cannot be set up now"),
        QT_TRANSLATE_NOOP("Messages", "Your key works all the same. Please ask the desk about the app."),
        TELL_DESK,
    ),
    kiosk.PhonesUnavailable: Words(
        QT_TRANSLATE_NOOP("Messages", "It does not work with a phone right now"),
        QT_TRANSLATE_NOOP("Messages", "Please try again in a minute, or go on without."),
        TELL_DESK,
    ),
    kiosk.IdOutOfRange: Words(
        QT_TRANSLATE_NOOP("Messages", "We do not know this number or code"),
        QT_TRANSLATE_NOOP("Messages", "Please look again. It must be from a project of this organization."),
        TELL_DESK,
        blameless=False,
    ),
    kiosk.IdTakenByOther: Words(
        QT_TRANSLATE_NOOP("Messages", "This number belongs to somebody else"),
        QT_TRANSLATE_NOOP("Messages", "Or you have another one in this project already. The desk can look it up."),
        TELL_DESK,
        tone="stop",
    ),
    kiosk.NumbersExhausted: Words(
        QT_TRANSLATE_NOOP("Messages", "All numbers of this project are taken"),
        QT_TRANSLATE_NOOP("Messages", "Please tell the desk, so that more can be given out."),
        TELL_DESK,
    ),
    kiosk.SessionExpired: Words(
        QT_TRANSLATE_NOOP("Messages", "This visit took too long"),
        QT_TRANSLATE_NOOP("Messages", "For your safety this visit has ended. Please start again."),
        START_AGAIN,
        blameless=False,
        icon="clock",
    ),
    kiosk.KeyNotAllowed: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "Your organization does not use this type of key."), ANOTHER_KEY
    ),
    kiosk.CeremonyExpired: Words(
        QT_TRANSLATE_NOOP("Messages", "That took too long"),
        QT_TRANSLATE_NOOP("Messages", "Please touch the key once more. Your PIN is still good."),
        icon="clock",
    ),
    kiosk.PartyUnavailable: Words(
        QT_TRANSLATE_NOOP("Messages", "This place does not answer"),
        QT_TRANSLATE_NOOP("Messages", "It may be busy. Please wait a little, or ask the desk."),
        TELL_DESK,
        icon="clock",
    ),
    kiosk.RegistrationRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "Your account did not take this key"),
        QT_TRANSLATE_NOOP("Messages", "The office computer did not accept it."),
        ANOTHER_KEY,
        tone="stop",
    ),
    kiosk.ProofRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "The key did not pass the test"),
        QT_TRANSLATE_NOOP("Messages", "A sign-in with it did not work, so it is not set up."),
        ANOTHER_KEY,
        tone="stop",
    ),
    kiosk.OutcomeUnknown: Words(
        QT_TRANSLATE_NOOP("Messages", "We do not know yet whether it worked"),
        QT_TRANSLATE_NOOP("Messages", "The answer got lost on its way, so we ask again."),
        TELL_DESK,
    ),
    kiosk.OutOfStep: Words(
        QT_TRANSLATE_NOOP("Messages", "Something got mixed up"),
        QT_TRANSLATE_NOOP("Messages", "For your safety this visit has ended. Please start again."),
        START_AGAIN,
    ),
}

INPUTS: dict[str, tuple[object, object]] = {
    "empty": (
        QT_TRANSLATE_NOOP("Messages", "Something is missing"),
        QT_TRANSLATE_NOOP("Messages", "Please fill in every field."),
    ),
    "too_long": (
        QT_TRANSLATE_NOOP("Messages", "This is too long"),
        QT_TRANSLATE_NOOP("Messages", "Please check what you typed."),
    ),
    "characters": (
        QT_TRANSLATE_NOOP("Messages", "One of the characters cannot be used here"),
        QT_TRANSLATE_NOOP("Messages", "Please type it again without that character."),
    ),
    "other_service": (
        QT_TRANSLATE_NOOP("Messages", "This code is for another service"),
        QT_TRANSLATE_NOOP("Messages", "Please take one from the console that this kiosk belongs to."),
    ),
    "shape": (
        QT_TRANSLATE_NOOP("Messages", "This does not look right"),
        QT_TRANSLATE_NOOP("Messages", "Please check what you typed."),
    ),
}
"""Words for every reason of InputRefused."""

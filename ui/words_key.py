"""Words for trouble with the key."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from hardware import errors as key
from ui.words import ANOTHER_KEY, NOT_HERE, REPLUG, START_AGAIN, TELL_DESK, Words

KEY_WORDS: dict[type[Exception], Words] = {
    key.HardwareError: Words(
        QT_TRANSLATE_NOOP("Messages", "Something is wrong with the key"),
        QT_TRANSLATE_NOOP("Messages", "Take it out and put it back. If it happens again, use another key."),
        REPLUG,
    ),
    key.NoAccess: Words(
        QT_TRANSLATE_NOOP("Messages", "This kiosk may not use the key"),
        QT_TRANSLATE_NOOP("Messages", "Your key is fine, but the kiosk is not allowed to use it yet."),
        TELL_DESK,
    ),
    key.KeyGone: Words(
        QT_TRANSLATE_NOOP("Messages", "The key came out"),
        QT_TRANSLATE_NOOP("Messages", "Put the same key back."),
        blameless=False,
    ),
    key.KeySwapped: Words(
        QT_TRANSLATE_NOOP("Messages", "That is a different key"),
        QT_TRANSLATE_NOOP("Messages", "Put the first one back."),
        blameless=False,
    ),
    key.KeyBusy: Words(
        QT_TRANSLATE_NOOP("Messages", "The key is busy"),
        QT_TRANSLATE_NOOP("Messages", "Another program uses it. Take it out, wait a moment, and put it back."),
        REPLUG,
    ),
    key.KeySilent: Words(
        QT_TRANSLATE_NOOP("Messages", "The key does not answer"),
        QT_TRANSLATE_NOOP("Messages", "Take it out, wait a moment, and put it back."),
        REPLUG,
    ),
    key.KeyFault: Words(
        QT_TRANSLATE_NOOP("Messages", "We cannot read this key"),
        QT_TRANSLATE_NOOP("Messages", "Take it out and put it back. If it happens again, use another key."),
        REPLUG,
    ),
    key.AgentLost: Words(
        QT_TRANSLATE_NOOP("Messages", "The kiosk lost the key for a moment"),
        QT_TRANSLATE_NOOP("Messages", "It is our fault, not yours. Take the key out and put it back."),
        REPLUG,
    ),
    key.KeyUnusable: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "It cannot do what your organization asks for."), ANOTHER_KEY
    ),
    key.TooOld: Words(
        QT_TRANSLATE_NOOP("Messages", "This key is too old"),
        QT_TRANSLATE_NOOP("Messages", "It cannot do what your organization asks for."),
        ANOTHER_KEY,
    ),
    key.NoPinSupport: Words(
        QT_TRANSLATE_NOOP("Messages", "This key cannot have a PIN"),
        QT_TRANSLATE_NOOP("Messages", "Your organization asks for a key with a PIN."),
        ANOTHER_KEY,
    ),
    key.NoDiscoverableCredentials: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "It has no way to store a sign-in."), ANOTHER_KEY
    ),
    key.NoSuitableAlgorithm: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "It does not work with the sign-in of your organization."), ANOTHER_KEY
    ),
    key.MissingExtension: Words(
        NOT_HERE, QT_TRANSLATE_NOOP("Messages", "It lacks something that your organization asks for."), ANOTHER_KEY
    ),
    key.Unsupported: Words(
        NOT_HERE,
        QT_TRANSLATE_NOOP("Messages", "It cannot be set the way that your organization asks for."),
        ANOTHER_KEY,
    ),
    key.FingerprintsFull: Words(
        QT_TRANSLATE_NOOP("Messages", "This key knows enough fingers"),
        QT_TRANSLATE_NOOP("Messages", "It has no room for another one. One that it knows works as well."),
        ANOTHER_KEY,
    ),
    key.KeyFull: Words(
        QT_TRANSLATE_NOOP("Messages", "This key is full"),
        QT_TRANSLATE_NOOP("Messages", "It has no room for another sign-in."),
        ANOTHER_KEY,
    ),
    key.OptionsRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "The office computer has a problem"),
        QT_TRANSLATE_NOOP("Messages", "It asked your key for something that no key can do. Your key is fine."),
        TELL_DESK,
    ),
    key.AlreadyRegistered: Words(
        QT_TRANSLATE_NOOP("Messages", "This key is set up already"),
        QT_TRANSLATE_NOOP("Messages", "It is in your account, so you can use it as it is."),
        (
            QT_TRANSLATE_NOOP("Messages", "Take this key with you."),
            QT_TRANSLATE_NOOP("Messages", "If you want a second key, put that one in."),
        ),
    ),
    key.WrongPin: Words(
        QT_TRANSLATE_NOOP("Messages", "That PIN is not right"),
        QT_TRANSLATE_NOOP("Messages", "Please try again."),
        blameless=False,
    ),
    key.PinAuthBlocked: Words(
        QT_TRANSLATE_NOOP("Messages", "Take the key out and put it back"),
        QT_TRANSLATE_NOOP("Messages", "The key pauses after three wrong PINs. Then you can try again."),
        REPLUG,
        blameless=False,
    ),
    key.PinBlocked: Words(
        QT_TRANSLATE_NOOP("Messages", "This key is locked"),
        QT_TRANSLATE_NOOP("Messages", "There were too many wrong PINs. The desk can clear it."),
        (
            QT_TRANSLATE_NOOP("Messages", "Take the key out of the slot."),
            QT_TRANSLATE_NOOP("Messages", "Take it to the desk, or use another key."),
        ),
        tone="stop",
        blameless=False,
        icon="lock",
    ),
    key.PinRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "The key does not take this PIN"),
        QT_TRANSLATE_NOOP("Messages", "Please choose another one that is harder to guess."),
        tone="stop",
    ),
    key.PinAlreadySet: Words(
        QT_TRANSLATE_NOOP("Messages", "This key has a PIN already"),
        QT_TRANSLATE_NOOP("Messages", "Type the PIN that it has."),
    ),
    key.PinRequired: Words(
        QT_TRANSLATE_NOOP("Messages", "The key asks for its PIN again"),
        QT_TRANSLATE_NOOP("Messages", "Take it out, put it back, and type the PIN once more."),
        REPLUG,
    ),
    key.PinChangeForced: Words(
        QT_TRANSLATE_NOOP("Messages", "The PIN of this key must be changed"),
        QT_TRANSLATE_NOOP("Messages", "It works again once that is done."),
        (
            QT_TRANSLATE_NOOP("Messages", "Take the key out of the slot."),
            QT_TRANSLATE_NOOP("Messages", "Ask the desk to change its PIN, or use another key."),
        ),
    ),
    key.UvBlocked: Words(
        QT_TRANSLATE_NOOP("Messages", "The key does not know this finger"),
        QT_TRANSLATE_NOOP("Messages", "After too many tries it asks for its PIN instead."),
        REPLUG,
        blameless=False,
        icon="lock",
    ),
    key.ResetTooLate: Words(
        QT_TRANSLATE_NOOP("Messages", "That was a little too late"),
        QT_TRANSLATE_NOOP("Messages", "Nothing was wiped. Put the key in again, and touch it at once."),
        REPLUG,
        blameless=False,
        icon="clock",
    ),
    key.ResetRefused: Words(
        QT_TRANSLATE_NOOP("Messages", "This key does not let itself be wiped here"),
        QT_TRANSLATE_NOOP("Messages", "Nothing was changed. The desk can wipe it in another way."),
        ANOTHER_KEY,
        tone="stop",
    ),
    key.TouchTimeout: Words(
        QT_TRANSLATE_NOOP("Messages", "Time ran out"),
        QT_TRANSLATE_NOOP("Messages", "The key was not touched in time. Nothing was changed."),
        blameless=False,
        icon="clock",
    ),
    key.Cancelled: Words(
        QT_TRANSLATE_NOOP("Messages", "The key was stopped"),
        QT_TRANSLATE_NOOP("Messages", "It does nothing now. You can try again."),
        START_AGAIN,
    ),
    key.CannotDelete: Words(
        QT_TRANSLATE_NOOP("Messages", "Something stays on the key"),
        QT_TRANSLATE_NOOP("Messages", "This key does not let us take back what was begun."),
        TELL_DESK,
        tone="stop",
    ),
}

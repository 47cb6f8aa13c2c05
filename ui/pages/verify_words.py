"""The words and pictures for the ways to check a person."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.config import Place
from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import VerificationMethod
from ui.text import clean

ICONS = {
    VerificationMethod.EMAIL: "mail",
    VerificationMethod.SMS: "sms",
    VerificationMethod.AUTOMATIC: "badge",
    VerificationMethod.SELF_CONFIRMATION: "people",
    VerificationMethod.NONE: "forward",
    VerificationMethod.TOTP: "phone",
    VerificationMethod.PHONE: "phone",
    VerificationMethod.STAFF: "people",
}
SCENES = {
    VerificationMethod.EMAIL: "mail",
    VerificationMethod.SMS: "sms",
    VerificationMethod.AUTOMATIC: "badge",
    VerificationMethod.SELF_CONFIRMATION: "badge",
    VerificationMethod.NONE: "people",
    VerificationMethod.TOTP: "phone",
    VerificationMethod.PHONE: "phone",
    VerificationMethod.STAFF: "people",
}


def method_title(method: VerificationMethod) -> str:
    """What the card of a way says first."""
    say = QCoreApplication.translate
    words = {
        VerificationMethod.EMAIL: say("Verify", "Mail me a code"),
        VerificationMethod.SMS: say("Verify", "Text me a code"),
        VerificationMethod.AUTOMATIC: say("Verify", "Scan my badge"),
        VerificationMethod.SELF_CONFIRMATION: say("Verify", "Show me who you found"),
        VerificationMethod.NONE: say("Verify", "Go on without a check"),
        VerificationMethod.TOTP: say("Verify", "Use my authenticator app"),
        VerificationMethod.PHONE: say("Verify", "Use my phone"),
        VerificationMethod.STAFF: say("Verify", "Ask the staff"),
    }
    return words[method]


def method_detail(offer: VerificationOffer) -> str:
    """The second line of the card: where the code would go, masked."""
    if offer.method is VerificationMethod.AUTOMATIC:
        return QCoreApplication.translate("Verify", "Hold it to the reader")
    if offer.method is VerificationMethod.SELF_CONFIRMATION:
        return QCoreApplication.translate("Verify", "You say whether it is you")
    if offer.method is VerificationMethod.TOTP:
        return QCoreApplication.translate("Verify", "It shows a code on your phone")
    if offer.method is VerificationMethod.PHONE:
        return QCoreApplication.translate("Verify", "With a passkey that is on it")
    return clean(offer.hint)


def badge_title(*, seen: bool) -> str:
    """Where the badge is held; `seen`: to the camera."""
    if seen:
        return QCoreApplication.translate("Verify", "Show your badge to the camera")
    return QCoreApplication.translate("Verify", "Hold your badge to the reader")


def reader_place(place: Place) -> str:
    """Where the badge reader is."""
    match place:
        case Place.BELOW:
            return QCoreApplication.translate("Verify", "The reader is below this screen.")
        case Place.LEFT:
            return QCoreApplication.translate("Verify", "The reader is to the left of this screen.")
        case Place.RIGHT:
            return QCoreApplication.translate("Verify", "The reader is to the right of this screen.")
        case Place.BESIDE:
            return QCoreApplication.translate("Verify", "The reader is beside the screen.")


def detail_label(name: str) -> str:
    """What a line about the person is called."""
    labels = {
        "employee_id": QCoreApplication.translate("Verify", "Staff number"),
        "department": QCoreApplication.translate("Verify", "Department"),
        "phone": QCoreApplication.translate("Verify", "Phone number"),
        "email": QCoreApplication.translate("Verify", "Work email"),
    }
    return labels.get(name) or clean(name)


def sent_to(method: VerificationMethod, hint: str) -> str:
    """Where the code went, masked where policy shows it."""
    address = clean(hint)
    if method is VerificationMethod.SMS:
        if address:
            return QCoreApplication.translate("Verify", "We sent it by text to <b>{address}</b>.").format(
                address=address
            )
        return QCoreApplication.translate("Verify", "We sent it by text to the number on file.")
    if address:
        return QCoreApplication.translate("Verify", "We mailed it to <b>{address}</b>.").format(address=address)
    return QCoreApplication.translate("Verify", "We mailed it to the address on file.")


def sending(method: VerificationMethod) -> str:
    """What is said while a code is on its way."""
    if method is VerificationMethod.SMS:
        return QCoreApplication.translate("Verify", "Sending the code to your phone…")
    return QCoreApplication.translate("Verify", "Sending the code to your mail…")


def by_app(method: VerificationMethod) -> bool:
    """Whether an authenticator app shows the code, and nobody sends one."""
    return method is VerificationMethod.TOTP


def from_app(*, recovering: bool) -> str:
    """Where to find the code that nobody sends."""
    if recovering:
        return QCoreApplication.translate("Verify", "You noted them when you set up the app. Each one works once.")
    return QCoreApplication.translate("Verify", "Open the authenticator app on your phone. It shows the code.")


def swap(*, recovering: bool) -> str:
    """The card that leads from one kind of code to the other."""
    if recovering:
        return QCoreApplication.translate("Verify", "Use my app")
    return QCoreApplication.translate("Verify", "Recovery code")


def swap_detail(*, recovering: bool) -> str:
    """Its second line."""
    if recovering:
        return QCoreApplication.translate("Verify", "It shows 6 digits")
    return QCoreApplication.translate("Verify", "Without my phone")


def on_phone() -> str:
    """The card that takes the typing of a code to the person's phone."""
    return QCoreApplication.translate("Verify", "Type it on my phone")


def back() -> str:
    """The button that leads back."""
    return QCoreApplication.translate("Verify", "Back")


def go_on() -> str:
    """The button that leads on."""
    return QCoreApplication.translate("Verify", "Continue")

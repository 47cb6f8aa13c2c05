"""What a terminal says of every trouble: one sentence on what happened, one on what to do; for staff, in English."""

from __future__ import annotations

from typing import Any

from hardware import errors as hardware
from kiosk import errors as kiosk
from kiosk.commands.reason_words import reason
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.pin_rules import Rule
from kiosk.enrollment.states import Task
from kiosk.enrollment.visit import Trouble
from kiosk.station_errors import ActivationRefused, StationSwitchedOff

SENTENCES: dict[type[Exception], str] = {
    hardware.HardwareError: "Something is wrong with the key. Take it out, put it back and try again.",
    hardware.NoAccess: "A security key is plugged in, but this account may not open it ({path}). Remedy: {remedy}.",
    hardware.KeyGone: "The key was taken out. Put the same key back.",
    hardware.KeySwapped: "This is another key than before. Put the first one back.",
    hardware.KeyBusy: "Another program is using the key. Close it, then try again.",
    hardware.KeySilent: "The key did not answer for {seconds:g} seconds. Take it out and put it back.",
    hardware.KeyFault: "The key gave an answer that makes no sense. Take it out and put it back, or take another one.",
    hardware.AgentLost: "The key agent had to be started again. Look at the key, then try once more.",
    hardware.KeyUnusable: "This key cannot do what is needed. Take another one.",
    hardware.TooOld: "This key speaks U2F only. Take one that speaks FIDO2.",
    hardware.NoPinSupport: "This key cannot have a PIN, and policy asks for one. Take another one.",
    hardware.NoDiscoverableCredentials: "This key keeps no credentials of its own. Take another one.",
    hardware.NoSuitableAlgorithm: "This key has no algorithm that is accepted here. Take another one.",
    hardware.MissingExtension: "This key does not have the extension {extension}. Take another one.",
    hardware.Unsupported: "This key does not have what is needed ({feature}). Take another one.",
    hardware.FingerprintsFull: "This key has no room for another finger. Delete one that is not needed any more.",
    hardware.KeyFull: "This key is full. Delete a credential that is not needed any more, or take another key.",
    hardware.AlreadyRegistered: "This key is registered for this person already. Nothing needs to be done.",
    hardware.PinError: "Something is wrong with the PIN of the key. Take the key out, put it back and try again.",
    hardware.WrongPin: "That is not the PIN of this key. Tries left: {retries_left}.",
    hardware.PinAuthBlocked: "Three wrong PINs in a row. Take the key out, put it back, and try again.",
    hardware.PinBlocked: "No PIN tries are left. Only a reset, which erases the key, helps; or take another one.",
    hardware.PinRefused: "The key refuses this PIN. Choose another one.",
    hardware.PinAlreadySet: "This key has a PIN already. Enter that one.",
    hardware.PinRequired: "The key wants its PIN first. Start again.",
    hardware.PinChangeForced: "The key wants its PIN changed before anything else. Change it, or take another key.",
    hardware.UvBlocked: "The key did not recognize the finger too often. Use its PIN.",
    hardware.ResetError: "The key did not let itself be wiped. Take it out, put it back and try again.",
    hardware.ResetTooLate: "It was plugged in for too long. Take it out, put it back, and touch it at once.",
    hardware.ResetRefused: "This key is not wiped over this connection. Connect it another way ({transports}).",
    hardware.TouchTimeout: "Nobody touched the key in time. Try again.",
    hardware.Cancelled: "Cancelled. Start again when you are ready.",
    hardware.OptionsRefused: "The service sent options that cannot be used. Check the relying party's settings.",
    hardware.CannotDelete: "The key cannot delete a single credential. What is on it stays until a reset.",
    kiosk.KioskError: "Something went wrong. Look into the log.",
    kiosk.ConfigurationError: "The setting {path} {problem}. Correct it and start again.",
    kiosk.NoCredential: "The secret {name} is nowhere to be found. Put it where resources/docs/secrets.md says.",
    kiosk.NoDisplay: "There is no display. Start from a desktop, or under Xvfb.",
    kiosk.PortTaken: "Another program listens on {host}, port {port}. End it, or choose another port.",
    kiosk.StorageFull: "The disk is full. Free some space, then try again.",
    kiosk.JournalCorrupt: "The journal was damaged and set aside ({moved_to}). Keep that file for support, and go on.",
    kiosk.VisitError: "It cannot go on this way. Start again.",
    kiosk.InputRefused: "The value of {field} cannot be used ({reason}). Type it again.",
    kiosk.SeveralKeys: "More than one key is plugged in. Leave only the one to enroll.",
    kiosk.KeyNotAdmitted: "Policy does not accept this key ({reasons}). Take another one.",
    kiosk.NotProtected: "The key does not report what policy requires of it. Do not hand it out; look into the log.",
    kiosk.OtherPort: "It cannot be told whether this is the same key. Put it into the port where it was before.",
    kiosk.Denied: "Staff said no ({reason}). Ask once more, or go back.",
    kiosk.SameKey: "This key is done already. Take it out, and put in another one.",
    kiosk.ApprovalNeeded: "Staff must approve this first ({action}). Ask at the desk.",
    kiosk.KeysEnough: "The person has as many keys as policy allows. The helpdesk knows more.",
    kiosk.NotApproved: "Wiping the key was not approved. Take another key.",
    kiosk.LetterNotPrinted: "The letter with the PIN was not printed ({why}). See `keywright doctor`.",
    kiosk.TookTooLong: "It took too long. Start again.",
    kiosk.ServiceError: "The service could not do it. Try again.",
    kiosk.ServiceUnreachable: "The service does not answer. Check the network and the service, then try again.",
    kiosk.ServiceUntrusted: "The service's certificate is not one that is trusted here. Check service.ca_file.",
    kiosk.ServiceBroken: "The service failed. Look into its log, then try again.",
    kiosk.StationRefused: "The service does not accept this station. Check service.client_id and its secret.",
    StationSwitchedOff: "This station was switched off. Make a new code in the console, and activate it again.",
    ActivationRefused: "The code does not work: mistyped, used already, or too old. Make a new one.",
    kiosk.Refusal: "The service refused. Look into its log.",
    kiosk.WrongCode: "That is not the code. Tries left: {tries_left}.",
    kiosk.CodeTooOld: "That code is too old. Ask for a new one.",
    kiosk.TooSoon: "Another code can be sent in {retry_after} seconds. Wait for the first one, or try then.",
    kiosk.Locked: "Too many wrong tries. Try again in {retry_after} seconds.",
    kiosk.NotVerified: "The person could not be verified. Check what was entered.",
    kiosk.VerificationUnavailable: "This way of verifying does not work now. Choose another one.",
    kiosk.HeldForReview: "Registered. Somebody has to look at it before a key is handed out; see the people on hold.",
    kiosk.TermsChanged: "The terms were changed meanwhile. Read and accept those of today.",
    kiosk.TotpWrongState: "The authenticator app is set up already, or setting it up was not begun. Start again.",
    kiosk.PhonesUnavailable: "No code for a phone can be had now. Go on without one, if that is allowed.",
    kiosk.IdOutOfRange: "No project here has given out this number or code. Look at it again.",
    kiosk.IdTakenByOther: "This mobile ID is somebody else's, or the person has another one. Look at the number again.",
    kiosk.NumbersExhausted: "All numbers of this project are given out. Ask who runs it.",
    kiosk.SessionExpired: "The enrollment is over. Start again.",
    kiosk.KeyNotAllowed: "The service does not accept this key ({reasons}). Take another one.",
    kiosk.CeremonyExpired: "It took too long. Touch the key again.",
    kiosk.PartyUnavailable: "The relying party does not answer. Try again, or go on without it.",
    kiosk.RegistrationRefused: "The relying party did not take the key ({reasons}). Take another one, or see the log.",
    kiosk.ProofRefused: "The key could not prove itself ({reasons}). Take another one, or look into the log.",
    kiosk.OutcomeUnknown: "It is not yet known whether the key was registered. It will be settled; try again later.",
    kiosk.OutOfStep: "Station and service disagree on where they are. Start again.",
}

FIELDS = {
    "upn": "User name",
    "email": "E-mail address",
    "employee_id": "Employee number",
    "phone": "Phone number",
    "given_name": "First name",
    "family_name": "Last name",
    "badge": "Badge number",
    "company": "Company",
    "sponsor": "Who is visited (user name or e-mail address)",
    "ends_on": "Last day (YYYY-MM-DD)",
}
METHODS = {
    VerificationMethod.EMAIL: "a code by mail",
    VerificationMethod.SMS: "a code by SMS",
    VerificationMethod.AUTOMATIC: "the badge",
    VerificationMethod.SELF_CONFIRMATION: "the person confirms",
    VerificationMethod.NONE: "no check",
    VerificationMethod.TOTP: "a code of the authenticator app",
    VerificationMethod.PHONE: "a passkey on the phone",
    VerificationMethod.STAFF: "staff who saw an identity document",
}
RULES = {
    Rule.LENGTH: "at least {rules.min_length} characters",
    Rule.NOT_TOO_LONG: "at most {rules.max_length} characters",
    Rule.NO_SEQUENCE: "no sequence like 123456",
    Rule.NO_REPEAT: "no repetition like 111111",
    Rule.NOT_COMMON: "not one that many people choose",
    Rule.NOT_OWN_NUMBER: "not the person's own number",
    Rule.COMPLEX: "at least three different characters",
    Rule.CHARACTERS: "only characters that can be typed anywhere",
}
TASKS = {
    Task.PREPARE: "Asking the relying party…",
    Task.REGISTER: "Registering the key…",
    Task.TEST: "Testing the key…",
    Task.FINISH: "Telling the service that this is the end…",
    Task.CONFIGURE: "Preparing the key for its owner…",
    Task.CHECK: "Reading the key back…",
}


def sentence(problem: Trouble) -> str:
    """What happened and what to do, with the reference for the log where there is one. Safe for a terminal."""
    words = next(SENTENCES[kind] for kind in type(problem).__mro__ if kind in SENTENCES)
    fields = {name: _shown(value) for name, value in vars(problem).items()}
    if "reasons" in fields:
        fields["reasons"] = _shown(tuple(reason(word) for word in vars(problem)["reasons"]))
    reference, holder = fields.get("reference"), fields.get("holder")
    told = words.format_map(fields) + (f" It is {holder}." if holder else "")
    return told + (f" Reference {reference}." if reference else "")


def tame(text: str, longest: int = 120) -> str:
    """Text from a key, a directory or a network, without what could move a terminal's cursor or turn its writing."""
    bounded = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(one if one.isprintable() else "�" for one in bounded)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return tame(value)
    if isinstance(value, tuple):
        return ", ".join(tame(str(one)) for one in value) or "no reason given"
    return "unknown" if value is None else value

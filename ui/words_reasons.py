"""Words for the reasons that are given against a key, and for how it ended at one relying party."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

REASONS: dict[str, object] = {
    "simulated": QT_TRANSLATE_NOOP("Messages", "It is a practice key made of software."),
    "too_old": QT_TRANSLATE_NOOP("Messages", "It is too old to do what your organization asks for."),
    "no_discoverable": QT_TRANSLATE_NOOP("Messages", "It has no way to store a sign-in."),
    "no_pin_support": QT_TRANSLATE_NOOP("Messages", "It cannot have a PIN, and your organization asks for one."),
    "model_not_allowed": QT_TRANSLATE_NOOP("Messages", "Your organization does not use this type of key."),
    "model_denied": QT_TRANSLATE_NOOP("Messages", "Your organization does not use this type of key."),
    "pin_already_set": QT_TRANSLATE_NOOP("Messages", "It has a PIN already. Here only new keys are set up."),
    "full": QT_TRANSLATE_NOOP("Messages", "It has no room for another sign-in."),
    "firmware_too_old": QT_TRANSLATE_NOOP("Messages", "It is an older make than your organization allows."),
    "not_certified": QT_TRANSLATE_NOOP("Messages", "It lacks a security approval that your organization asks for."),
    "no_min_pin_length": QT_TRANSLATE_NOOP("Messages", "It cannot insist on a long PIN."),
    "min_pin_length_raised": QT_TRANSLATE_NOOP("Messages", "It insists on a longer PIN than is used here."),
    "no_forced_change": QT_TRANSLATE_NOOP("Messages", "It cannot ask you for a PIN of your own."),
    "change_forced": QT_TRANSLATE_NOOP("Messages", "Its PIN must be changed first."),
    "no_always_uv": QT_TRANSLATE_NOOP("Messages", "It cannot ask for its PIN each time."),
    "always_uv_on": QT_TRANSLATE_NOOP("Messages", "It asks for its PIN each time, which is not wanted here."),
    "no_enterprise": QT_TRANSLATE_NOOP("Messages", "It cannot show that it belongs to your organization."),
    "enterprise_on": QT_TRANSLATE_NOOP("Messages", "It belongs to an organization already."),
    "no_fingerprint": QT_TRANSLATE_NOOP("Messages", "It has no sensor for a finger."),
    "fingerprint_enrolled": QT_TRANSLATE_NOOP("Messages", "It knows a finger already."),
    "cannot_delete": QT_TRANSLATE_NOOP("Messages", "A sign-in on it cannot be deleted again."),
    "pin_blocked": QT_TRANSLATE_NOOP("Messages", "It is locked after too many wrong PINs."),
    "key_unusable": QT_TRANSLATE_NOOP("Messages", "It cannot do what is asked for there."),
    "algorithm": QT_TRANSLATE_NOOP("Messages", "It cannot sign in the way that is asked for."),
    "extension": QT_TRANSLATE_NOOP("Messages", "It lacks something that is asked for."),
    "attestation_needed": QT_TRANSLATE_NOOP("Messages", "It does not show who made it."),
    "not_in_metadata": QT_TRANSLATE_NOOP("Messages", "Nobody vouches for this type of key."),
    "model_revoked": QT_TRANSLATE_NOOP("Messages", "This type of key has lost its security approval."),
    "model_compromised": QT_TRANSLATE_NOOP("Messages", "A weakness was found in this type of key."),
    "firmware_compromised": QT_TRANSLATE_NOOP("Messages", "A weakness was found in this make of the key."),
    "key_compromised": QT_TRANSLATE_NOOP("Messages", "A weakness was found in this type of key."),
    "attestation": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "no_account": QT_TRANSLATE_NOOP("Messages", "You have no account there yet."),
    "account_disabled": QT_TRANSLATE_NOOP("Messages", "Your account there is switched off."),
    "too_many": QT_TRANSLATE_NOOP("Messages", "Your account there has no room for another key."),
    "already_registered": QT_TRANSLATE_NOOP("Messages", "This key is in your account there already."),
    "unavailable": QT_TRANSLATE_NOOP("Messages", "It did not answer."),
    "not_proved": QT_TRANSLATE_NOOP("Messages", "A test sign-in did not work."),
    "not_registered": QT_TRANSLATE_NOOP("Messages", "It did not take the key."),
    "rejected": QT_TRANSLATE_NOOP("Messages", "It did not take the key."),
    "key_not_allowed": QT_TRANSLATE_NOOP("Messages", "It does not use this type of key."),
    "options": QT_TRANSLATE_NOOP("Messages", "It asked for something that no key can do."),
    "metadata_missing": QT_TRANSLATE_NOOP("Messages", "We cannot look up this type of key at the moment."),
    "not_attested": QT_TRANSLATE_NOOP("Messages", "It does not show who made it."),
    "retired": QT_TRANSLATE_NOOP("Messages", "Its maker has given up this type of key."),
    "metadata_old": QT_TRANSLATE_NOOP("Messages", "What we know of this type of key is out of date."),
    "some_compromised": QT_TRANSLATE_NOOP("Messages", "A weakness was found in some keys of this type."),
    "firmware_unknown": QT_TRANSLATE_NOOP(
        "Messages", "A weakness was found in some makes of it, and it does not tell its own."
    ),
    "update_available": QT_TRANSLATE_NOOP("Messages", "Its software is out of date."),
    "aaguid_mismatch": QT_TRANSLATE_NOOP("Messages", "It claims to be another type of key than it is."),
    "untrusted_root": QT_TRANSLATE_NOOP("Messages", "Its maker is not one that your organization trusts."),
    "certificate_not_valid_now": QT_TRANSLATE_NOOP("Messages", "The proof of who made it is not valid today."),
    "broken_chain": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "bad_signature": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "bad_statement": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "unsupported_format": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "malformed": QT_TRANSLATE_NOOP("Messages", "We could not make sure that it comes from its maker."),
    "not_enabled": QT_TRANSLATE_NOOP("Messages", "Security keys are not in use there yet."),
    "no_model_allowed": QT_TRANSLATE_NOOP("Messages", "Security keys are not in use there yet."),
    "mfa_not_enabled": QT_TRANSLATE_NOOP("Messages", "Security keys are not in use there yet."),
    "not_authorized": QT_TRANSLATE_NOOP("Messages", "It did not let us set up your key."),
    "account_closed": QT_TRANSLATE_NOOP("Messages", "Your account there is switched off."),
    "several_accounts": QT_TRANSLATE_NOOP("Messages", "You have more than one account there."),
    "expired": QT_TRANSLATE_NOOP("Messages", "It took too long."),
    "bad_options": QT_TRANSLATE_NOOP("Messages", "It asked for something that no key can do."),
    "key_of_another": QT_TRANSLATE_NOOP("Messages", "It belongs to somebody else."),
    "key_recalled": QT_TRANSLATE_NOOP(
        "Messages", "A fault was found in this type of key. It is not given out any more."
    ),
    "key_lost": QT_TRANSLATE_NOOP("Messages", "It was reported lost. Please give it to the staff."),
    "key_retired": QT_TRANSLATE_NOOP("Messages", "It was taken out of use."),
    "not_in_stock": QT_TRANSLATE_NOOP("Messages", "It is not one of the keys that are given out here."),
    "keys_enough": QT_TRANSLATE_NOOP("Messages", "You have as many keys as your organization allows."),
}
"""Words for every `kiosk.enrollment.admission.Reason`, for what the service and relying parties give besides, and for
every word of `kiosk.enrollment.parties`. A word ending in `_…` that is not here speaks as the part before it."""

_ANY = QT_TRANSLATE_NOOP("Messages", "It was not accepted there.")


def reason_words(word: str) -> object | None:
    """The words for a reason; None for one that nobody here has heard of."""
    return REASONS.get(word) or REASONS.get(word.partition("_")[0])


def party_words(word: str) -> object:
    """Why one relying party does not have the key; decent words for a reason that is not known here."""
    return reason_words(word) or _ANY

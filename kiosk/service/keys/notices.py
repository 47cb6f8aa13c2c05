"""What the trail says of a change of a key, and what its holder is told by mail."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.audit.actions import Event, record_all
from kiosk.service.directories.connector import Person
from kiosk.service.keys.rules import serial_end
from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import REMOVED, account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import KeyRow

_NONCE: Final = 12


class Notice(StrEnum):
    """What a holder is told."""

    REPLACED = "replaced"
    LOST = "lost"
    RETURNED = "returned"
    RETIRED = "retired"
    RECALLED = "recalled"
    ENDING = "ending"
    HANDED_OVER = "handed_over"
    NOT_HANDED_OVER = "not_handed_over"


WORDS: Final[Mapping[str, Mapping[Notice, str]]] = {
    "en": {
        Notice.REPLACED: "{new} was set up. {key} was taken out of use: nobody can sign in with it any more",
        Notice.LOST: "{key} was reported lost and taken out of use: nobody can sign in with it any more",
        Notice.RETURNED: "{key} was given back, and taken out of use",
        Notice.RETIRED: "{key} was taken out of use for good",
        Notice.RECALLED: "{key} is called back: a fault was found in this type of key. Please have it replaced soon",
        Notice.ENDING: "{key} should be replaced before {day}. Until you have another one it goes on working",
        Notice.HANDED_OVER: "{key} was handed over to you, and works from now on",
        Notice.NOT_HANDED_OVER: "{key} was not collected in time, and was taken out of use",
    },
    "ar": {
        Notice.REPLACED: "تم إعداد {new}. وأُوقف استخدام {key}: لم يعد بإمكان أحد تسجيل الدخول به",
        Notice.LOST: "تم الإبلاغ عن فقدان {key} وأُوقف استخدامه: لم يعد بإمكان أحد تسجيل الدخول به",
        Notice.RETURNED: "تمت إعادة {key} وأُوقف استخدامه",
        Notice.RETIRED: "أُوقف استخدام {key} نهائيًا",
        Notice.RECALLED: "يُسحب {key}: وُجد خلل في هذا النوع من المفاتيح. يُرجى استبداله قريبًا",
        Notice.ENDING: "ينبغي استبدال {key} قبل {day}. وسيظل يعمل إلى أن تحصل على مفتاح آخر",
        Notice.HANDED_OVER: "تم تسليمك {key}، وهو يعمل من الآن",
        Notice.NOT_HANDED_OVER: "لم يُستلم {key} في الوقت المحدد، وأُوقف استخدامه",
    },
}
"""What the mail says happened. A value is a key, by model and the end of its number."""
_ANY_KEY: Final = {"en": "Your security key", "ar": "مفتاح الأمان"}
_KEY: Final = {"en": "Your security key {model} {number}", "ar": "مفتاح الأمان {model} {number}"}


@dataclass(frozen=True, slots=True)
class Contact:
    """Where somebody is told, and in which language (BCP 47)."""

    email: str = field(repr=False)
    name: str = field(repr=False)
    locale: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail says besides the key: the one that came instead, a day (ISO 8601), the receipt to quote."""

    new: KeyRow | None = None
    day: str = ""
    reference: str = ""


def write_down(tx: WriteTx, parts: Parts, row: KeyRow, name: str, actor: str, reason: str = "") -> None:
    """An event of the key, and the same of its holder, who is erased by themselves one day."""
    details: dict[str, str | int | bool] = {"key": row.id, "state": row.state.value, "aaguid": row.aaguid}
    about = [key_subject(row.id), *([row.user_id] if row.user_id else [])]
    record_all(
        tx,
        parts,
        [Event(name, row.tenant, actor, subject, row.site, reason, details) for subject in about],
    )


def key_subject(key_id: str) -> str:
    """How the trail calls a key."""
    return f"key:{key_id}"


def tell_holder(tx: WriteTx, parts: Parts, row: KeyRow, notice: Notice, told: Told | None = None) -> bool:
    """Mail whoever has the key; whether there was an address. The same of one state of the key is told once."""
    contact = contact_of(tx, parts, row)
    if contact is None or parts.settings.mail is None:
        return False
    told, now = told or Told(), parts.clock.now()
    language = contact.locale.replace("_", "-").partition("-")[0]
    language = language if language in WORDS else "en"
    new = "" if told.new is None else _called(parts, told.new, language)
    values = {
        "name": contact.name,
        "organization": parts.settings.organization,
        "when": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "change": WORDS[language][notice].format(key=_called(parts, row, language), new=new, day=told.day),
        "reference": told.reference or "-",
    }
    message = Message(Channel.MAIL, contact.email, TemplateName.KEY_CHANGED, contact.locale, values)
    once = f"key:{notice}:{row.id}:{row.version}"
    return enqueue(tx, parts, message, useless_after=now + NOTICE_LIFE, once=once)


def contact_of(tx: ReadTx, parts: Parts, row: KeyRow) -> Contact | None:
    """Where its holder is told: by their account, or as they were known when they got it."""
    if not row.user_id:
        return None
    known = account(tx, row.user_id)
    if known is not None:
        alive = known.status != REMOVED and known.email
        return Contact(known.email, known.display_name, known.locale) if alive else None
    return None if row.contact is None else _unsealed(parts, row.id, row.contact)


def seal_contact(parts: Parts, key_id: str, person: Person, locale: str) -> bytes | None:
    """Where the person is told of this key, for this service's eyes alone; None without an address."""
    if not person.email:
        return None
    plain = json.dumps([person.email, person.display_name, locale], ensure_ascii=False).encode()
    nonce = parts.random.token(_NONCE)
    return nonce + AESGCM(_sealing_key(parts)).encrypt(nonce, plain, key_id.encode())


def model_name(parts: Parts, row: KeyRow) -> str:
    """What the maker calls it, as far as anybody knows."""
    known = parts.trust.model(row.aaguid)
    return row.model or ("" if known is None else known.name)


def _unsealed(parts: Parts, key_id: str, sealed: bytes) -> Contact | None:
    try:
        plain = AESGCM(_sealing_key(parts)).decrypt(sealed[:_NONCE], sealed[_NONCE:], key_id.encode())
    except InvalidTag:  # the service's key is another one now: nobody can be told
        return None
    return Contact(*json.loads(plain))


def _sealing_key(parts: Parts) -> bytes:
    return hmac.digest(parts.hmac_key, b"keys contact", "sha256")


def _called(parts: Parts, row: KeyRow, language: str) -> str:
    end, model = serial_end(row.serial), model_name(parts, row)
    if not (end or model):
        return _ANY_KEY[language]
    return " ".join(_KEY[language].format(model=model, number=f"(… {end})" if end else "").split())

"""A station and phones for tests: what is asked of the actions, without the pages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kiosk.contract.phone import OpenPhone, PhoneCode, PhonePurpose, PhoneStanding
from kiosk.service.mobile import codes
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.audit import audit
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.store.users import user_id_of_upn
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running, settings_for

URL = "https://enroll.keywright.example"
STATION = Caller("station-1", frozenset())
OTHER = Caller("station-2", frozenset())


def phone_settings(folder: Path, **changes: Any) -> ServiceSettings:
    """Everything that a phone may do is offered."""
    given: dict[str, Any] = {
        "phone": {"url": URL, "place": "after", "codes": True, "forms": True},
        "verification": {"methods": ["email", "phone"]},
    }
    return settings_for(folder, **given | changes)


def a_phone() -> str:
    """The secret in a browser's cookie."""
    return secrets.token_urlsafe(24)


@dataclass
class Phones:
    """What stations and phones do with the codes of one service."""

    running: Running
    account: str = field(init=False)

    def __post_init__(self) -> None:
        self.account = self.account_of("m.okafor@example.org")

    @property
    def parts(self) -> Parts:
        return self.running.parts

    def account_of(self, upn: str) -> str:
        with self.parts.store.read() as tx:
            found = user_id_of_upn(tx, upn)
        assert found is not None
        return found

    def open(self, caller: Caller = STATION, uuid: str = "", key: str = "") -> PhoneCode:
        return codes.open_code(self.parts, caller, OpenPhone(uuid=uuid or self.account), key)

    def open_for(self, enrollment: str, purpose: PhonePurpose, caller: Caller = STATION) -> PhoneCode:
        return codes.open_code(self.parts, caller, OpenPhone(enrollment_id=enrollment, purpose=purpose))

    def standing(self, code: PhoneCode, caller: Caller = STATION) -> PhoneStanding:
        return codes.standing(self.parts, caller, code.transaction_id)

    def scan(self, code: PhoneCode, phone: str) -> PhoneCodeRow:
        return codes.scanned(self.parts, link_code(code), phone)

    def match(self, code: PhoneCode, phone: str) -> PhoneCodeRow:
        self.scan(code, phone)
        return codes.matched(self.parts, codes.of_phone(self.parts, phone), self.standing(code).number)

    def complete(self, row: PhoneCodeRow) -> PhoneCodeRow:
        def work(tx: WriteTx) -> PhoneCodeRow:
            return codes.completed(tx, self.parts, row)

        return self.parts.store.write(work)

    def row(self, code: PhoneCode) -> PhoneCodeRow:
        with self.parts.store.read() as tx:
            found = rows.code(tx, code.transaction_id)
        assert found is not None
        return found

    def events(self) -> list[str]:
        with self.parts.store.read() as tx:
            found = tx.connection.execute(select(audit.c.event).order_by(audit.c.number)).scalars()
            return [each for each in found if each.startswith("phone_")]


def link_code(code: PhoneCode) -> str:
    """What is in the picture, behind the last slash."""
    assert code.link.startswith(f"{URL}/m/")
    return code.link.rpartition("/")[2]

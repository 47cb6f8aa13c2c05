"""What a person does with the pages of a code, one step a function; and the kiosk beside them, without its window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import requests
from sqlalchemy import select

from kiosk.commands.embedded import Embedded
from kiosk.contract.profile import VerificationMethod
from kiosk.service.store.users import users
from kiosk.service.verification.settings import CodeSettings, VerificationSettings
from tests.browser.chromium import Phone
from tests.kiosk.service.running import Station
from tests.kiosk.service.soft_key import Json

CEREMONY = "form[data-ceremony] button"
MARIA = "m.okafor@example.org"

SETTINGS: Final[dict[str, Any]] = {
    "verification": VerificationSettings(
        methods=(VerificationMethod.EMAIL, VerificationMethod.PHONE),
        code=CodeSettings.model_construct(resend_after=1, sends_per_hour=1000),
    ),
}
PHONE: Final[dict[str, Any]] = {"place": "after", "codes": True, "forms": True}


@dataclass
class Booth:
    """A client of the service as kiosks are: it shows codes, and sees how they stand."""

    embedded: Embedded
    station: Station

    @classmethod
    def at(cls, embedded: Embedded) -> Booth:
        endpoint = embedded.station.service
        assert endpoint.ca_file is not None
        return cls(embedded, Station(endpoint.url, endpoint.ca_file, embedded.client).sign_in())

    def close(self) -> None:
        self.station.session.close()

    def account(self, upn: str = MARIA) -> str:
        """The id of one of the sample people."""
        with self.embedded.service.parts.store.read() as tx:
            return str(tx.connection.execute(select(users.c.id).where(users.c.upn == upn)).scalar_one())

    def code(self, **asked: str) -> Json:
        """A new code."""
        return self.station.post("/omi/qr/enrol", asked or {"uuid": self.account()}, 200)

    def known(self, upn: str = MARIA) -> str:
        """An enrollment of somebody who has said who they are."""
        enrollment = self.station.open()
        self.station.identify(enrollment, upn=upn)
        return enrollment

    def verified(self, upn: str = MARIA) -> str:
        """An enrollment of somebody who has proved it by a mailed code."""
        enrollment = self.known(upn)
        seen = len(self.embedded.mailbox.messages())
        self.station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
        answer = {"method": "email", "answer": self.mailed(seen)}
        self.station.post(f"/enrollments/{enrollment}/verify", answer, 200)
        return enrollment

    def mailed(self, after: int) -> str:
        """The next code that is mailed to anybody, after so many mails."""
        mails = self.embedded.mailbox.wait_for(after + 1, 10.0)
        return [mail.code for mail in mails[after:] if mail.code][-1]

    def look(self, code: Json, **more: Any) -> requests.Response:
        return self.station.call("GET", "/omi/qr/enrol/status", params={"transactionId": code["transactionId"], **more})

    def standing(self, code: Json) -> tuple[str, str]:
        """Status and reason."""
        told = self.look(code).json()
        return str(told["status"]), str(told["reason"])

    def number(self, code: Json) -> str:
        """What the kiosk shows once the phone is here."""
        return str(self.look(code).json()["number"])


def scans(phone: Phone, link: str) -> None:
    """From the picture to the question for the number."""
    phone.opens(link)
    phone.presses("#go")
    phone.waits('[name="number"]')


def types_number(phone: Phone, number: str) -> None:
    """The figures on the kiosk's screen."""
    phone.types("number", number)
    phone.presses("#next")


def pairs(phone: Phone, booth: Booth, code: Json) -> None:
    """From the picture to what it is about."""
    scans(phone, code["link"])
    types_number(phone, booth.number(code))


def uses_passkey(phone: Phone) -> None:
    """One touch of the button, and the phone asks its owner."""
    phone.presses(CEREMONY)


def makes_passkey(phone: Phone) -> None:
    """Made, and tried."""
    for kind in ("create", "get"):
        phone.presses(f'form[data-ceremony="{kind}"] button')
    phone.waits("#done")


def wrong(number: str) -> str:
    """Another one."""
    return f"{(int(number) + 1) % 1000:03}"


def reason(phone: Phone, where: str = "#over") -> str:
    """Why it is over."""
    return phone.told(where, "data-reason")


def fills_in_form(phone: Phone, address: str) -> None:
    """All that it asks for, and yes to every term."""
    phone.waits("#form")
    answers = {"email": address, "tel": "+49 152 5554477"}
    for field in phone.all("#form .field input"):
        field.clear()
        field.send_keys(answers.get(str(field.get_attribute("type")), "Radiology"))
    for box in phone.all('#form input[type="checkbox"]'):
        box.click()
    phone.presses("#form #next")
    phone.waits('[name="code"]')

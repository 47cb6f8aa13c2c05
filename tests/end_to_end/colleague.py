"""A member of staff with a key of their own, at the desk of a kiosk; each step waits for its screen first."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hardware.authenticator import Watch
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands.embedded import Embedded
from kiosk.contract.staff import Role
from kiosk.secret import Secret
from kiosk.service.parts import Parts
from kiosk.service.staff import joining
from kiosk.service.staff.actions import NewMember, add_member, new_sealed_code
from kiosk.service.store.staff import StaffRow
from tests.end_to_end.person import Person, say
from ui.widgets.number_card import NumberCard

PIN = "5729-otter"
URL = "https://enroll.example.org"
STAFF = {"url": URL, "rp_id": "enroll.example.org"}
"""The settings that their keys are registered under."""
_BROWSER = "browser:0123456789abcdef"


class Colleague:
    """Joined with a key of theirs, out of its port; `person` are their hands."""

    def __init__(self, person: Person, embedded: Embedded, name: str) -> None:
        self.person, self.name = person, name
        self.key = SimulatedKey(replace(CTAP21, serial=f"STAFF-{name}"))
        self._parts: Parts = embedded.service.parts
        self._row = self._joined()

    def _joined(self) -> StaffRow:
        parts = self._parts
        approver = frozenset({Role.APPROVE})
        new = NewMember(self.name, self.name.title(), f"{self.name}@example.org", roles=approver)
        code = add_member(parts, "service", "default", new).text
        begun = joining.begin_join(parts, _BROWSER, code)
        self.key.plug()
        self.key.touch_automatically = True
        source = SimulatedSource([self.key])
        with closing(source.open(source.attached()[0])) as opened:
            opened.set_pin(Secret(PIN))
            made = opened.make_credential(begun.public_key, URL, Watch())
        self.key.touch_automatically = False
        self.key.unplug()
        return joining.finish_join(parts, _BROWSER, code, begun.challenge_id, dict(made), "Blue key")

    def sealed_code(self) -> str:
        """A code out of an envelope; the ones before it are void."""
        return new_sealed_code(self._parts, "service", self._row.id).text

    # ── at the desk ─────────────────────────────────────────────────────────────────────────────

    def signs(self, pin: str = PIN) -> None:
        """With the own key and its PIN."""
        self.person.reads("Desk", "Put your own staff key in")
        self.key.plug()
        self.types_pin(pin)
        self.touches()

    def types_pin(self, pin: str = PIN) -> None:
        """The PIN of the own key."""
        self.person.goes_to("Desk", "PIN of your staff key")
        self.person.types(pin)
        self.person.presses_key(Qt.Key.Key_Return)

    def touches(self) -> None:
        """A finger on the own key, which is taken out when the screen says so."""
        self.person.reads("Desk", "Touch your staff key")
        self.person.waits(lambda: self.key.wants_touch, "the key does not blink")
        self.key.touch()
        self.person.reads("Desk", "Take the key out")
        self.key.unplug()

    def says_code(self, code: str) -> None:
        """A name and a sealed code in place of the key."""
        self.person.presses("Desk", "I have no key: sealed code")
        self.person.goes_to("Desk", "Your name")
        self.person.types(self.name)
        self.person.goes_to("Desk", "Sealed code")
        self.person.types(code)
        self.person.presses("Desk", "Continue")

    def picks(self, number: str, action: str) -> None:
        """The request with this number, out of the menu."""
        self.person.reads("Desk", "Approve or deny what this kiosk waits for")
        self.person.presses("Desk", "Requests")
        self.person.presses_named(f"{number}  {action}")
        self.person.reads("Desk", "Reason")

    def reads_number(self) -> str:
        """The two digits on the screen of somebody who waits."""
        self.person.reads("Staff", "Staff are asked")
        cards = [card for top in QApplication.topLevelWidgets() for card in top.findChildren(NumberCard)]
        return next(card.figures for card in cards if card.isVisible())

    def closes(self) -> None:
        """Leave the desk to whom it was opened over."""
        self.person.presses("Desk", "Close the desk")
        self.person.waits(lambda: not self.person.sees(say("Desk", "Close the desk")), "the desk does not close")

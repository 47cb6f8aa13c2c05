"""Maria Okafor's way through the screens, one step a method; each waits for its screen first."""

from __future__ import annotations

from PySide6.QtCore import Qt

from kiosk.commands.embedded import PERSON, Embedded
from tests.end_to_end.person import Person
from tests.end_to_end.stand import PIN, Stand

CODE_FIELD = ("CodeBoxes", "The code, %n digits", 6)


class Visitor:
    """`embedded` is where her mail comes from."""

    def __init__(self, person: Person, embedded: Embedded) -> None:
        self.person = person
        self.embedded = embedded
        self._read = len(embedded.mailbox.messages())

    # ── who she is ──────────────────────────────────────────────────────────────────────────────

    def starts(self) -> None:
        """The first screen."""
        self.person.presses("Welcome", "Start")

    def says_who_she_is(self, user: str = PERSON["upn"]) -> None:
        """The user name, on the keyboard."""
        self.person.goes_to("Identify", "User name")
        self.person.types(user)
        self.person.presses("Identify", "Continue")

    def gets_mail(self) -> str:
        """Wait for the next mail with a code; the code in it."""

        def codes() -> list[str]:
            return [mail.code for mail in self.embedded.mailbox.messages()[self._read :] if mail.code]

        self.person.waits(lambda: bool(codes()), "no code came")
        code = codes()[-1]
        self._read = len(self.embedded.mailbox.messages())
        return code

    def types_code(self, code: str, digits: int = 6) -> None:
        """The code, on the keyboard; it goes off with its last digit."""
        self.person.goes_to(*CODE_FIELD[:2], digits)
        self.person.types(code)

    def comes_to_the_key(self) -> None:
        """All that is before the key step."""
        self.starts()
        self.says_who_she_is()
        self.types_code(self.gets_mail())
        self.person.reads("InsertKey", "Put your key in the slot")

    # ── the key ─────────────────────────────────────────────────────────────────────────────────

    def chooses_pin(self, pin: str = PIN) -> None:
        """A PIN for a fresh key, twice."""
        self.person.goes_to("Pin", "New PIN")
        self.person.types(pin)
        self.person.goes_to("Pin", "Same PIN again")
        self.person.types(pin)
        self.person.presses("Pin", "Save PIN")

    def types_pin(self, pin: str = PIN) -> None:
        """The PIN of a key that has one."""
        self.person.goes_to("Pin", "PIN of your key")
        self.person.types(pin)
        self.person.presses_key(Qt.Key.Key_Return)

    def touches(self, stand: Stand) -> None:
        """A finger on the key, once it blinks."""
        self.person.reads("Touch", "Touch your key now")
        self.person.waits(lambda: stand.key.wants_touch, "the key does not blink")
        stand.key.touch()

    def is_done(self) -> None:
        """The last screen."""
        self.person.reads("Done", "Your key is ready")

    def finishes_with(self, stand: Stand) -> None:
        """From a fresh key in the hand to the end."""
        stand.key.plug()
        self.chooses_pin()
        self.touches(stand)
        self.is_done()

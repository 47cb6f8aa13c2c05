"""What the person does with their phone, and with the mobile ID on it: part of `enrollment.states`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhoneCode, PhonePurpose, PhoneStanding
from kiosk.enrollment.states_of_code import EnterCode
from kiosk.enrollment.visit import Trouble, Visit


@dataclass(frozen=True, slots=True)
class Phone:
    """Scan this with your phone. `code` is None while it is fetched; `shown` counts the codes shown, so that a page
    restarts its countdown when it grows; `standing` is what was told last, None before the first answer.

    When `standing` is over without success, or `problem` is set, `Continued` shows another code. `optional`: the person
    may go on without a phone (`Skipped`); `instead`: by that they take a key. `WentBack` leads to where they came from
    (typing the code or the form here, another way to verify), where `returns`.

    A `problem` while `code` is shown is one of the line to the service: it is tried again without the person, and the
    problem goes by itself. `done` is the transaction that was completed, while the service is told to go on with it.
    `came_from` is the screen to go back to, where a code could be typed at the kiosk.
    """

    visit: Visit
    purpose: PhonePurpose
    code: PhoneCode | None = None
    shown: int = 0
    standing: PhoneStanding | None = None
    optional: bool = False
    instead: bool = False
    returns: bool = False
    problem: Trouble | None = None
    busy: bool = False
    done: str = ""
    came_from: EnterCode | None = None


@dataclass(frozen=True, slots=True)
class ShowId:
    """Show the code of your project, or type the number of your mobile ID (`IdShown`). `optional`: who has none goes on
    (`Skipped`)."""

    visit: Visit
    optional: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class IdTaken:
    """This number is yours now, until the person goes on (`Continued`)."""

    visit: Visit
    mobile_id: MobileId

"""A visit that ends with a phone in place of a key claims no key; one with both tells both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from kiosk.contract.policy import PhonePlace, PhonePolicy
from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import Done, State
from ui.pages.done import DonePage
from ui.pages.page import Surroundings
from ui.theme import load_theme
from ui.widgets.label import Label
from ui.widgets.row_list import RowList
from ui.window import Window

Sample = Callable[[str], State]


def read(window: Window) -> str:
    labels = (label.text() for label in window.findChildren(Label) if label.isVisible())
    rows = (rows.accessibleName() for rows in window.findChildren(RowList) if rows.isVisible())
    return "\n".join((*labels, *rows, window.shell.wizard.accessibleName(), *window.shell.wizard.chrome.help))


def test_nothing_on_it_claims_a_key(
    make_window: Callable[..., Window], sample: Sample, settle: Callable[[], None]
) -> None:
    window = make_window()
    window.show_state(sample("done-phone"))
    settle()
    said = read(window)
    assert "Your phone is ready" in said
    assert "Passkey saved" in said
    assert "Maria Okafor" in said
    assert "Receipt" in said
    assert "key" not in said.replace("Passkey", "")
    assert "PIN" not in said
    assert "Not set up" not in said
    assert window.shell.wizard.steps.spoken() == "All steps done"
    assert window.shell.wizard.chrome.scene == "phone-done"
    primary = window.shell.wizard.chrome.primary
    assert primary is not None
    assert primary.event == Continued()


def test_a_phone_beside_the_key_is_on_the_receipt(sample: Sample, qtbot: object) -> None:
    done = sample("done")
    assert isinstance(done, Done)
    policy = replace(done.visit.policy, phone=PhonePolicy(PhonePlace.AFTER))
    page: QWidget = DonePage(load_theme(), Surroundings())
    assert isinstance(page, DonePage)
    page.render(Done(replace(done.visit, policy=policy, phone_ready=True)))
    rows = page.findChild(RowList)
    assert isinstance(rows, RowList)
    assert "Your phone: Passkey saved" in rows.accessibleName()
    assert page.chrome().title == "Your key is ready"
    page.deleteLater()

"""A visit that ends with a phone in place of a key claims no key; one with both, or with two keys, tells each."""

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
from ui.widgets.pass_card import PassCard
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


def test_of_two_keys_each_is_told_as_it_is(
    make_window: Callable[..., Window], sample: Sample, settle: Callable[[], None]
) -> None:
    window, said = make_window(), []
    for name in ("done-two-keys", "done-second-partly", "done-first-partly"):
        window.show_state(sample(name))
        settle()
        said.append(read(window))
    both, second, first = said
    assert "Your keys are ready" in both
    assert "Please go to the desk" not in both
    assert "Key ending \u20684410\u2069: Tested, works" in second
    assert "VPN\u2069: Not set up" in second
    assert "Key ending \u20684410\u2069: Partly ready. Not set up for: \u2068VPN\u2069" in first
    assert all("Your keys are partly ready" in each and "Please go to the desk" in each for each in (second, first))


def test_a_first_key_that_works_in_part_is_told_before_the_second(
    make_window: Callable[..., Window], sample: Sample, settle: Callable[[], None]
) -> None:
    window = make_window()
    for name, words in (("backup", "Key 1: Tested, works"), ("backup-after-a-part", "Key 1: Partly ready")):
        window.show_state(sample(name))
        settle()
        assert words in read(window)


def test_the_passes_of_all_keys_are_shown(sample: Sample, qtbot: object) -> None:
    two, passes = sample("done-two-keys"), sample("done-passes")
    assert isinstance(two, Done)
    assert isinstance(passes, Done)
    earlier, last = passes.visit.issued
    first = replace(two.visit.done[0], issued=(earlier,))
    page = DonePage(load_theme(moves=False), Surroundings())
    page.render(Done(replace(two.visit, done=(first,), issued=(last,))))
    assert len(page.findChildren(PassCard)) == 2
    page.deleteLater()

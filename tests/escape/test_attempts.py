"""What people try in order to get out of a kiosk, each under a window manager that would let them."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.escape.conftest import HEIGHT, WIDTH, Kiosk, pause

KEYS = (
    "alt+F4 alt+Tab alt+shift+Tab alt+Escape alt+space alt+F1 alt+F2 alt+F3 alt+F5 alt+F7 alt+F8 alt+F9 alt+F10",
    "super+d super+e super+l super+r super+Tab super+F1 Super_L Super_R",
    "ctrl+alt+Delete ctrl+alt+BackSpace ctrl+alt+t ctrl+alt+Left ctrl+alt+Right ctrl+alt+Up ctrl+alt+Down",
    "ctrl+alt+F1 ctrl+alt+F2 ctrl+alt+F7 ctrl+shift+Escape ctrl+Escape alt+Print Print shift+Print Sys_Req Pause",
    "ctrl+q ctrl+w ctrl+n ctrl+o ctrl+s ctrl+p ctrl+t ctrl+f ctrl+h ctrl+r ctrl+l ctrl+u ctrl+j ctrl+d",
    "ctrl+shift+i ctrl+shift+c ctrl+shift+n ctrl+shift+q ctrl+shift+u ctrl+plus ctrl+minus ctrl+0 ctrl+Tab ctrl+F4",
    "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 shift+F1 shift+F10 ctrl+F10 Menu Help Undo Cancel Find",
    "XF86HomePage XF86Mail XF86Calculator XF86WWW XF86Search XF86Explorer XF86Back XF86Forward XF86Refresh",
    "XF86AudioPlay XF86PowerOff XF86Sleep XF86Standby XF86LogOff XF86Launch0 XF86Launch1 XF86Tools XF86Close",
)
PLACES = ((60, 60), (640, 400), (1000, 500), (200, 300), (1, 1), (1279, 1), (1, 799), (1279, 799))
"""Logo, middle, picture, title, and the corners."""


def stays(kiosk: Kiosk, before: str, process: int) -> None:
    """The kiosk is in front again, fills the screen, has one window, and is the same process at the same screen."""
    assert kiosk.window() == before
    assert kiosk.process() == process
    ends = monotonic() + 10
    while True:  # the window manager may need a moment to give the screen back
        shape = dict(
            line.split("=", 1)
            for line in kiosk.display.tell("xdotool", "getwindowgeometry", "--shell", before).splitlines()
        )
        if (shape["X"], shape["Y"], shape["WIDTH"], shape["HEIGHT"]) == ("0", "0", str(WIDTH), str(HEIGHT)):
            break
        assert monotonic() < ends, shape
        pause()
    assert "_NET_WM_STATE_FULLSCREEN" in kiosk.display.tell("xprop", "-id", before, "_NET_WM_STATE")
    assert kiosk.states("Identify") == 0
    assert kiosk.display.windows() == [before]


@pytest.mark.parametrize("keys", KEYS, ids=lambda keys: keys.split()[0])
def test_no_key_leads_out(kiosk: Kiosk, keys: str) -> None:
    before, process = kiosk.window(), kiosk.process()
    for each in keys.split():
        kiosk.display.press(each)
    stays(kiosk, before, process)


@pytest.mark.parametrize("button", [2, 3, 8, 9])
def test_no_other_button_of_the_mouse_does_anything(kiosk: Kiosk, button: int) -> None:
    before, process = kiosk.window(), kiosk.process()
    for x, y in PLACES:
        kiosk.display.click(x, y, button)
    stays(kiosk, before, process)


def test_dragging_what_is_on_the_screen_takes_nothing_along(kiosk: Kiosk) -> None:
    before, process = kiosk.window(), kiosk.process()
    for x, y in PLACES:
        kiosk.display.tell("xdotool", "mousemove", str(x), str(y), "mousedown", "1")
        kiosk.display.tell("xdotool", "mousemove", "620", "780", "mouseup", "1")
    stays(kiosk, before, process)


def test_a_window_with_alt_and_the_mouse_is_not_moved(kiosk: Kiosk) -> None:
    before, process = kiosk.window(), kiosk.process()
    for button in ("1", "3"):
        kiosk.display.tell("xdotool", "keydown", "alt", "mousemove", "640", "300", "mousedown", button)
        kiosk.display.tell("xdotool", "mousemove", "300", "700", "mouseup", button, "keyup", "alt")
    stays(kiosk, before, process)


def test_a_kiosk_that_is_made_small_is_large_again(kiosk: Kiosk) -> None:
    before, process = kiosk.window(), kiosk.process()
    kiosk.display.tell("xdotool", "windowminimize", before)
    stays(kiosk, before, process)


def test_another_window_does_not_stay_in_front(kiosk: Kiosk) -> None:
    before, process = kiosk.window(), kiosk.process()
    other = kiosk.display.start("xev", "-name", "somebody else")
    ends = monotonic() + 20
    while len(kiosk.display.windows()) < 2:
        assert monotonic() < ends
        pause()
    assert kiosk.window() == before
    other.terminate()
    other.wait(20)
    kiosk.display.opened.remove(other)
    stays(kiosk, before, process)

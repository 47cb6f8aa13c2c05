from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from kiosk.enrollment.events import Event, Started, WentBack
from kiosk.enrollment.states import Connecting
from ui.bridge import Bridge


class _Session:
    """Writes down what it gets, and on which thread."""

    def __init__(self) -> None:
        self.got: list[tuple[Event, threading.Thread]] = []

    def dispatch(self, event: Event) -> None:
        self.got.append((event, threading.current_thread()))


def test_an_event_from_a_lane_is_taken_on_the_thread_of_the_screen(qtbot: QtBot) -> None:
    bridge, session = Bridge(), _Session()
    bridge.connect_session(session)
    lane = threading.Thread(target=bridge.post, args=(Started(),), name="lane")
    lane.start()
    lane.join()
    assert session.got == []  # nothing happens on the lane
    qtbot.waitUntil(lambda: len(session.got) == 1)
    assert session.got == [(Started(), threading.main_thread())]


def test_events_that_come_before_the_session_wait_for_it_in_order(qtbot: QtBot) -> None:
    bridge, session = Bridge(), _Session()
    bridge.dispatch(Started())
    bridge.dispatch(WentBack())
    bridge.connect_session(session)
    assert [event for event, _ in session.got] == [Started(), WentBack()]


def test_states_go_to_the_screen(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.state_changed) as heard:
        bridge.on_state(Connecting("en"))
    assert heard.args == [Connecting("en")]

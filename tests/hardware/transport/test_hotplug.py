"""What the kernel and udev tell, and what is made of it."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.transport.hotplug import LOOK_EVERY, SETTLES_IN, Looking, Uevents, hid_news, subscribed

DEVICE = "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:1050:0407.0005/hidraw/hidraw3"


def kernel(action: str, subsystem: str = "hidraw") -> bytes:
    """A uevent as the kernel writes it."""
    lines = [f"{action}@{DEVICE}", f"ACTION={action}", f"DEVPATH={DEVICE}", f"SUBSYSTEM={subsystem}", "SEQNUM=4711"]
    return "\0".join([*lines, ""]).encode()


def udev(action: str, subsystem: str = "hidraw") -> bytes:
    """A uevent as udevd passes it on: a header, then the same lines and its own."""
    return b"libudev\0\xfe\xed\xca\xfe" + bytes(28) + kernel(action, subsystem) + b"\0TAGS=:uaccess:\0"


class Messages:
    """A socket in a time of its own: each message comes at its second."""

    def __init__(self, *messages: tuple[float, bytes | OSError]) -> None:
        self.now = 0.0
        self.closed = False
        self._messages = list(messages)
        self._patience = 0.0

    def settimeout(self, value: float | None, /) -> None:
        assert value is not None
        assert value > 0, "0 would not wait at all"
        self._patience = value

    def recv(self, bufsize: int, /) -> bytes:
        if not self._messages or self._messages[0][0] > self.now + self._patience:
            self.now += self._patience
            raise TimeoutError
        at, message = self._messages.pop(0)
        self.now = max(self.now, at)
        if isinstance(message, OSError):
            raise message
        return message

    def close(self) -> None:
        self.closed = True


def heard(messages: Messages, *, udev_runs: bool = True) -> Uevents:
    """Uevents out of these messages, past the first wait."""
    news = Uevents("hidraw", subscribe=lambda: messages, udev_runs=lambda: udev_runs, clock=lambda: messages.now)
    assert news.wait(5.0)
    return news


def test_the_first_wait_ends_at_once_for_nobody_listened_before() -> None:
    messages = Messages()
    heard(messages)
    assert messages.now == 0


def test_nothing_told_is_nothing_known() -> None:
    messages = Messages()
    assert not heard(messages).wait(5.0)
    assert messages.now == pytest.approx(5.0)


def test_udev_wakes_at_once() -> None:
    messages = Messages((1.0, udev("add")))
    assert heard(messages).wait(5.0)
    assert messages.now == 1.0


def test_an_insertion_waits_for_udev_which_sets_the_permissions() -> None:
    messages = Messages((1.0, kernel("add")), (1.1, udev("add")))
    news = heard(messages)
    assert news.wait(5.0)
    assert messages.now == 1.1
    assert not news.wait(3.0), "once is enough"


def test_an_insertion_that_udev_never_mentions_counts_a_moment_later() -> None:
    messages = Messages((1.0, kernel("add")))
    news = heard(messages)
    assert not news.wait(1.0 + SETTLES_IN / 2), "not yet"
    assert news.wait(5.0)
    assert messages.now == pytest.approx(1.0 + SETTLES_IN, abs=0.002)


def test_a_removal_needs_no_permissions() -> None:
    messages = Messages((1.0, kernel("remove")))
    assert heard(messages).wait(5.0)
    assert messages.now == 1.0


def test_without_udevd_the_kernel_wakes_at_once() -> None:
    messages = Messages((1.0, kernel("add")))
    assert heard(messages, udev_runs=False).wait(5.0)
    assert messages.now == 1.0


def test_other_subsystems_are_passed_over() -> None:
    messages = Messages((1.0, kernel("add", "block")), (2.0, udev("add", "usb")), (2.5, udev("add", "hidrawx")))
    assert not heard(messages).wait(4.0)


def test_more_than_the_socket_could_hold_is_news() -> None:
    messages = Messages((1.0, OSError(errno.ENOBUFS, "no room")))
    assert heard(messages).wait(5.0)


def test_a_socket_that_fails_leaves_it_to_looking() -> None:
    news = heard(Messages((1.0, OSError(errno.EBADF, "closed"))))
    assert news.wait(5.0)
    assert news.wait(0.001)


@given(st.lists(st.binary(max_size=80) | st.sampled_from([kernel("add"), udev("remove"), b"libudev\0"]), max_size=8))
def test_whatever_is_told_a_wait_ends_in_time(told: list[bytes]) -> None:
    messages = Messages(*((0.1 * at, message) for at, message in enumerate(told)))
    news = heard(messages)
    before = messages.now
    news.wait(1.0)
    assert messages.now <= before + 1.002


def test_the_socket_is_closed_with_its_listener() -> None:
    messages = Messages()
    news = heard(messages)
    assert not messages.closed
    del news
    assert messages.closed


def test_where_no_uevents_are_to_be_had_waiting_is_looking() -> None:
    def refuse() -> Messages:
        raise PermissionError(errno.EPERM, "no netlink here")

    news = Uevents("hidraw", subscribe=refuse, udev_runs=lambda: True)
    assert news.wait(5.0)
    assert news.wait(0.001), "and it must be looked ever after"


def test_looking_lets_a_moment_pass() -> None:
    slept: list[float] = []
    news = Looking(slept.append)
    assert news.wait(5.0)
    assert news.wait(0.1)
    assert slept == [LOOK_EVERY, 0.1]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_it_is_looked(platform: str) -> None:
    assert isinstance(hid_news(platform), Looking)


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="uevents are of Linux")


@needs_linux
def test_the_real_socket_can_be_had_without_rights() -> None:
    news = hid_news()
    assert news.wait(0.01)
    assert not (isinstance(news, Uevents) and news.wait(0.01))


@needs_linux
def test_the_user_namespace_of_a_container_is_known_to_stay_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"         0     100000      65536\n")
    with pytest.raises(OSError, match="user namespace"):
        subscribed()


@needs_linux
def test_a_real_uevent_of_the_kernel_wakes() -> None:
    trigger = Path("/sys/class/mem/null/uevent")
    try:
        subscribed().close()
        trigger.write_text("change")
    except OSError as error:
        pytest.skip(f"only root makes the kernel tell of a device: {error}")
    news = Uevents("mem", subscribe=subscribed, udev_runs=lambda: False)
    deaf = Uevents("hidraw", subscribe=subscribed, udev_runs=lambda: False)
    assert news.wait(0.01)
    assert deaf.wait(0.01)
    assert not news.wait(0.01)
    trigger.write_text("change")
    assert news.wait(5.0)
    assert not deaf.wait(0.05)

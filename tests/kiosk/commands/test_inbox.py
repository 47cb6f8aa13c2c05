"""Mails and texts come into one inbox, in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.commands.inbox import Inbox
from kiosk.commands.mailbox import Mail


class Heap:
    """A box that messages are dropped into."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self._observers: list[Callable[[], None]] = []

    def messages(self) -> tuple[Mail, ...]:
        return tuple(self.mails)

    def observe(self, on_change: Callable[[], None], /) -> None:
        self._observers.append(on_change)

    def drop(self, text: str) -> None:
        self.mails.append(Mail("m.okafor@example.org", "", text, ""))
        for observer in self._observers:
            observer()


def texts(inbox: Inbox) -> list[str]:
    return [mail.text for mail in inbox.messages()]


def test_messages_are_in_the_order_of_arrival_whichever_way_they_came() -> None:
    mails, letters = Heap(), Heap()
    inbox = Inbox(mails, letters)
    mails.drop("first")
    letters.drop("second")
    mails.drop("third")
    assert texts(inbox) == ["first", "second", "third"]


def test_what_was_there_before_stays_at_the_front() -> None:
    mails, letters = Heap(), Heap()
    letters.drop("early")
    inbox = Inbox(mails, letters)
    seen = inbox.messages()
    mails.drop("late")
    assert inbox.messages()[: len(seen)] == seen
    assert texts(inbox) == ["early", "late"]


def test_who_is_told_of_a_message_finds_it() -> None:
    mails, letters = Heap(), Heap()
    inbox = Inbox(mails, letters)
    found: list[list[str]] = []
    inbox.observe(lambda: found.append(texts(inbox)))
    letters.drop("a code")
    mails.drop("another")
    assert found == [["a code"], ["a code", "another"]]

"""Mail goes out over verified TLS or not at all, and every answer of a server has one meaning."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.secret import Secret
from kiosk.service.messages.connector import (
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.connectors.smtp import SmtpMessenger, SmtpSettings
from kiosk.service.messages.letter import write_letter
from kiosk.service.parts import Parts
from kiosk.service.store.engine import OpenTransaction

pytestmark = pytest.mark.filterwarnings("ignore:.*login_data is deprecated:DeprecationWarning")

Make = Callable[..., Any]

ENVELOPE = Envelope(
    message_id="0123456789abcdef0123456789abcdef",
    to="mona.okafor@example.org",
    subject="Your code for Example Works",
    text="Your code is\n\n    471108\n.\n..two dots\n",
    html="<p>471108</p>",
    written_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    life=600,
)


@pytest.fixture
def gateway(authority: Path) -> Iterator[Callable[..., SmtpMessenger]]:
    """Makes gateways, and lets each of them say goodbye."""
    made: list[SmtpMessenger] = []

    def make(
        port: int, security: str = "starttls", *, password: str = "", now: Callable[[], float] = time.monotonic
    ) -> SmtpMessenger:
        settings = SmtpSettings.model_validate(
            {
                "host": "localhost",
                "port": port,
                "security": security,
                "sender": "keys@example.org",
                "timeout": 2,
                "certificate_authority": authority,
                **({"user": "robot", "password": "mail"} if password else {}),
            }
        )
        made.append(SmtpMessenger(settings, Secret(password) if password else None, "Example Works", now))
        return made[-1]

    yield make
    for each in made:
        each.let_go()


class Handover:
    """Counts how often a gateway reached the point of no return."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_with_all_its_headers(mail_server: Make, gateway: Make, security: str) -> None:
    mailbox, handover = mail_server(security), Handover()
    receipt = gateway(mailbox.port, security).deliver(ENVELOPE, handover)
    (mail,) = mailbox.taken
    assert mailbox.recipients == ["mona.okafor@example.org"]
    assert handover.times == 1
    assert receipt.reference.startswith("2.0.0 queued")
    assert mail["From"] == "Example Works <keys@example.org>"
    assert mail["Message-ID"] == "<0123456789abcdef0123456789abcdef@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == ENVELOPE.written_at
    text, html = mail.iter_parts()
    assert text.get_content() == ENVELOPE.text.replace("\n", "\r\n")
    assert html.get_content_type() == "text/html"


def test_the_password_goes_out_after_tls_only(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("starttls", sign_in=True)
    gateway(mailbox.port, password="mail-password").deliver(ENVELOPE, Handover())
    assert len(mailbox.taken) == 1


def test_a_wrong_password_is_the_administrators_to_mend(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("starttls", sign_in=True)
    with pytest.raises(Misconfigured, match="535"):
        gateway(mailbox.port, password="wrong").deliver(ENVELOPE, Handover())
    assert mailbox.taken == []


def test_a_server_without_starttls_gets_nothing(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("bare")
    with pytest.raises(Misconfigured, match="no_starttls"):
        gateway(mailbox.port).deliver(ENVELOPE, Handover())
    assert mailbox.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    mail_server: Make, gateway: Make, stranger_tls: ssl.SSLContext, security: str
) -> None:
    mailbox = mail_server(security, tls=stranger_tls)
    with pytest.raises(Misconfigured, match="untrusted"):
        gateway(mailbox.port, security).deliver(ENVELOPE, Handover())
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("mode", "meaning", "handed_over"),
    [
        ("rcpt 450 4.2.1 busy", Unavailable, 0),
        ("rcpt 550 5.1.1 no such user", Refused, 0),
        ("data 451 4.3.0 try later", Unavailable, 1),
        ("data 554 5.6.0 refused", Refused, 1),
        ("drop", OutcomeUnknown, 1),
        ("hang", OutcomeUnknown, 1),
    ],
)
def test_each_answer_has_one_meaning(
    mail_server: Make, gateway: Make, mode: str, meaning: type[GatewayError], handed_over: int
) -> None:
    mailbox, handover = mail_server("starttls"), Handover()
    mailbox.mode = mode
    with pytest.raises(meaning):
        gateway(mailbox.port).deliver(ENVELOPE, handover)
    assert handover.times == handed_over


def test_nobody_at_the_port_is_tried_again(gateway: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        with pytest.raises(Unavailable, match="no_connection"):
            gateway(taken.getsockname()[1]).deliver(ENVELOPE, Handover())


def test_a_server_that_says_nothing_ends_in_time(gateway: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        gateway(silent.getsockname()[1]).deliver(ENVELOPE, Handover())


def test_a_server_that_talks_nonsense_is_tried_again(gateway: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"\xff\xfe\r\nnonsense\r\n" * 10)

        thread = Thread(target=babble)
        thread.start()
        with pytest.raises(Unavailable):
            gateway(server.getsockname()[1]).deliver(ENVELOPE, Handover())
        thread.join()


def test_what_the_handover_raises_ends_the_delivery(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("starttls")

    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        gateway(mailbox.port).deliver(ENVELOPE, lost)
    assert mailbox.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_one_connection_carries_one_mail_after_another(mail_server: Make, gateway: Make, security: str) -> None:
    mailbox, handover = mail_server(security), Handover()
    postbox = gateway(mailbox.port, security)
    for to in ("mona@example.org", "منى@example.org", "nils@example.org"):
        postbox.deliver(replace(ENVELOPE, to=to), handover)
    assert (mailbox.senders, handover.times) == ([3], 3)
    assert mailbox.recipients == ["mona@example.org", "منى@example.org", "nils@example.org"]


@pytest.mark.parametrize("mode", ["tired", "gone", "deaf"])
def test_a_kept_connection_that_no_longer_serves_is_replaced(mail_server: Make, gateway: Make, mode: str) -> None:
    mailbox, handover = mail_server("starttls", sign_in=True), Handover()
    mailbox.mode = mode
    postbox = gateway(mailbox.port, password="mail-password")
    for _ in range(2):
        postbox.deliver(ENVELOPE, handover)
    assert (mailbox.senders, handover.times, len(mailbox.taken)) == ([1, 1], 2, 2)


def test_a_server_that_was_restarted_gets_a_new_connection(mail_server: Make, gateway: Make) -> None:
    mailbox, handover = mail_server("starttls"), Handover()
    postbox = gateway(mailbox.port)
    postbox.deliver(ENVELOPE, handover)
    mailbox.restart()
    postbox.deliver(ENVELOPE, handover)
    assert (mailbox.senders, handover.times) == ([1, 1], 2)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_server_that_comes_after_is_not_trusted_for_the_one_before(
    mail_server: Make, gateway: Make, stranger_tls: ssl.SSLContext, security: str
) -> None:
    mailbox, handover = mail_server(security), Handover()
    postbox = gateway(mailbox.port, security)
    postbox.deliver(ENVELOPE, handover)
    mailbox.restart(stranger_tls)
    with pytest.raises(Misconfigured, match="untrusted"):
        postbox.deliver(ENVELOPE, handover)
    assert (mailbox.senders, handover.times, len(mailbox.taken)) == ([1], 1, 1)


@pytest.mark.parametrize(
    ("mode", "meaning", "handed_over"),
    [
        ("rcpt 550 5.1.1 no such user", Refused, 1),
        ("data 451 4.3.0 try later", Unavailable, 2),
        ("drop", OutcomeUnknown, 2),
        ("hang", OutcomeUnknown, 2),
    ],
)
def test_a_second_mail_that_fails_is_not_repeated_and_the_third_one_goes_out(
    mail_server: Make, gateway: Make, mode: str, meaning: type[GatewayError], handed_over: int
) -> None:
    mailbox, handover = mail_server("starttls"), Handover()
    postbox = gateway(mailbox.port)
    postbox.deliver(ENVELOPE, handover)
    mailbox.mode = mode
    with pytest.raises(meaning):
        postbox.deliver(replace(ENVELOPE, to="nils@example.org"), handover)
    assert handover.times == handed_over
    assert mailbox.recipients.count("nils@example.org") <= 1
    mailbox.mode = "ok"
    postbox.deliver(replace(ENVELOPE, to="olga@example.org"), handover)
    assert mailbox.recipients[-1] == "olga@example.org"
    assert mailbox.senders[0] <= 2, "what failed is not used again"


def test_a_connection_is_kept_no_longer_than_it_is_of_use(mail_server: Make, gateway: Make) -> None:
    mailbox, time = mail_server("starttls"), [0.0]
    postbox = gateway(mailbox.port, now=lambda: time[0])
    postbox.deliver(ENVELOPE, Handover())
    time[0] = 9.0
    postbox.let_go(10.0)
    assert mailbox.partings == 0
    time[0] = 10.0
    postbox.let_go(10.0)
    postbox.let_go()
    assert mailbox.partings == 1
    postbox.deliver(ENVELOPE, Handover())
    postbox.let_go()
    assert (mailbox.senders, mailbox.partings) == ([1, 1], 2)


def test_letting_go_of_a_server_that_is_not_there_any_more_fails_nothing(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("starttls")
    postbox = gateway(mailbox.port)
    postbox.deliver(ENVELOPE, Handover())
    mailbox.restart()
    postbox.let_go()
    assert mailbox.partings == 0


def test_no_mail_is_sent_inside_a_transaction(gateway: Make, parts: Parts) -> None:
    with pytest.raises(OpenTransaction):
        parts.store.write(lambda _: gateway(1).deliver(ENVELOPE, Handover()))


def test_names_of_the_whole_world_arrive(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("starttls")
    sent = replace(ENVELOPE, to="منى@bücher.example", subject="رمز من شركة", text="مرحبًا\n")
    gateway(mailbox.port).deliver(sent, Handover())
    (mail,) = mailbox.taken
    assert mailbox.recipients == ["منى@xn--bcher-kva.example"]
    assert mail["Subject"] == "رمز من شركة"
    assert next(iter(mail.iter_parts())).get_content() == "مرحبًا\r\n"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "<a@example.org>",
        "a@b@example.org",
        "a@example.org, b@example.org",
        "a\u202eb@example.org",
        "a@" + "x" * 64 + ".example",
        "a@exa..mple",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        write_letter(replace(ENVELOPE, to=address), "keys@example.org", "Example Works")


@given(st.text(), st.text())
def test_no_subject_and_no_name_smuggles_a_header(subject: str, name: str) -> None:
    try:
        letter = write_letter(replace(ENVELOPE, subject=subject), "keys@example.org", name)
    except Refused:
        return
    head = letter.content.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(
        [
            b"from",
            b"to",
            b"subject",
            b"date",
            b"message-id",
            b"auto-submitted",
            b"x-auto-response-suppress",
            b"mime-version",
            b"content-type",
        ]
    )


@given(st.text())
def test_every_text_is_written_as_lines_that_smtp_can_carry(text: str) -> None:
    content = write_letter(replace(ENVELOPE, text=text), "keys@example.org", "Example Works").content
    lines = content.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line and len(line) <= 998 for line in lines)
    assert lines[-1] == b""


@given(st.text(), st.text(min_size=1))
def test_every_text_reads_as_it_was_written(text: str, html: str) -> None:
    content = write_letter(replace(ENVELOPE, text=text, html=html), "keys@example.org", "Example Works").content
    message = message_from_bytes(content, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert not message.defects
    for part, written in zip(message.iter_parts(), (text, html), strict=True):
        read = part.get_payload(decode=True)
        assert isinstance(read, bytes)
        assert read.splitlines() == written.encode().splitlines()


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "plain", "host": "mail.example.org"},
        {"user": "robot"},
        {"password": "mail"},
        {"security": "plain", "user": "robot", "password": "mail"},
        {"sender": "not an address"},
        {"sender": "a@b\r\nBcc: c@d"},
        {"unknown": 1},
    ],
)
def test_settings_that_would_leak_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate({"host": "localhost", "sender": "keys@example.org"} | wrong)


def test_plain_smtp_is_for_loopback(mail_server: Make, gateway: Make) -> None:
    mailbox = mail_server("bare")
    gateway(mailbox.port, "plain").deliver(ENVELOPE, Handover())
    assert len(mailbox.taken) == 1

"""`keywright enroll`: the whole enrollment in a terminal, by what is typed and what is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from hardware.authenticator import KeyAddress, KeySettings, Transport
from hardware.errors import KeySilent, NoAccess, PinError
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from hardware.watcher import Cleared, Inserted, Obstructed, Removed
from kiosk.commands import enroll
from kiosk.commands.port import event_of
from kiosk.commands.terminal import GIVEN_UP, LEFT_ON_KEY, NOT_PROVED, PARTLY, PROVED, TerminalPerson
from kiosk.commands.terminal_app import qr_lines
from kiosk.contract.problems import Word
from kiosk.contract.profile import FormKind
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.events import KeyInaccessible, KeyInserted, KeyRemoved
from kiosk.secret import Secret
from tests.kiosk.station.contract_server import CODE, PARTY, SECRET, ContractServer, Fault, app_code

PIN = "49-horses"
ADDRESS = KeyAddress(Transport.SIMULATED, "simulated:1", 1)


@pytest.fixture(scope="session")
def tls_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def server(tls_folder: Path) -> Iterator[ContractServer]:
    with ContractServer(tls_folder).running() as running:
        yield running


@pytest.fixture
def key() -> SimulatedKey:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    return key


@pytest.fixture
def config(server: ContractServer, tmp_path: Path) -> Path:
    file = tmp_path / "station.toml"
    file.write_text(
        f'state_folder = "state"\n[service]\nurl = "{server.url}"\nca_file = "{server.authority}"\n'
        'client_id = "station-1"\nretries = 0\n'
    )
    return file


Run = Callable[..., Result]


@pytest.fixture
def run(config: Path, key: SimulatedKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr(enroll, "key_source", lambda *_: SimulatedSource([key]))
    monkeypatch.setattr(enroll, "stored_secret", lambda _: lambda: SECRET)
    monkeypatch.setattr("kiosk.logs.install", lambda _: None)

    def run(*lines: str, user: str = "ada", **extra: Any) -> Result:
        arguments = ["--config", str(config), "--user", user, *extra.get("arguments", ())]
        return CliRunner().invoke(enroll.command, arguments, input="".join(f"{line}\n" for line in lines))

    with capture_logs():
        yield run


def test_a_key_is_enrolled_by_typing(run: Run, key: SimulatedKey) -> None:
    result = run(CODE, PIN, PIN)
    assert result.exit_code == PROVED
    assert "The key works for: Staff mail. Receipt R-1." in result.output
    assert len(key.credentials) == 1
    assert key.has_pin


def test_the_pin_is_asked_for_until_it_is_good(run: Run) -> None:
    result = run(CODE, "123456", "1", PIN, "another", PIN, PIN)
    assert result.exit_code == PROVED
    assert "no sequence like 123456" in result.output
    assert "at least 6 characters" in result.output
    assert "The two are not the same." in result.output


def test_a_wrong_code_is_told_and_asked_for_again(run: Run, server: ContractServer) -> None:
    server.faults += [Fault("/verify", "problem", Word.CODE_INVALID, 400, {"tries_left": 4})]
    result = run("000000", CODE, PIN, PIN)
    assert result.exit_code == PROVED
    assert "That is not the code. Tries left: 4. Reference REF-1." in result.output


def test_another_code_is_sent_on_an_empty_line(run: Run, server: ContractServer) -> None:
    assert run("", CODE, PIN, PIN).exit_code == PROVED
    assert len(server.sent) == 2


def test_one_of_several_ways_is_chosen(run: Run, server: ContractServer) -> None:
    server.offers = [{"method": "email", "hint": "a•••"}, {"method": "automatic"}]
    result = run("2", "4711", PIN, PIN)
    assert result.exit_code == PROVED
    assert "the badge" in result.output


def test_another_way_to_say_who_it_is(run: Run, server: ContractServer) -> None:
    assert run(CODE, PIN, PIN, user="4711", arguments=["--by", "badge"]).exit_code == PROVED
    assert {"alternative": "badge", "criteria": {"badge": "4711"}} in server.bodies


def test_who_is_asked_for_when_no_option_says_it(run: Run, server: ContractServer) -> None:
    result = run("ada", CODE, PIN, PIN, user="")
    assert result.exit_code == PROVED
    assert "User name: " in result.output


def test_the_end_of_the_input_takes_back_what_was_begun(run: Run, server: ContractServer, key: SimulatedKey) -> None:
    result = run(CODE)
    assert result.exit_code == GIVEN_UP
    assert "taken back" in result.output
    assert len(server.cancelled) == 1
    assert not key.has_pin


def test_a_refusal_ends_with_its_own_exit_code(run: Run, server: ContractServer, key: SimulatedKey) -> None:
    server.faults += [Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422)]
    result = run(CODE, PIN, PIN, "n")
    assert result.exit_code == NOT_PROVED
    assert "The relying party did not take the key (no reason given)." in result.output
    assert key.credentials == ()


def test_a_credential_that_is_left_has_its_own_exit_code(run: Run, server: ContractServer, key: SimulatedKey) -> None:
    server.faults += [Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422)]
    key.faults = Faults(dies_on=0x0A)
    result = run(CODE, PIN, PIN, "n")
    assert result.exit_code == LEFT_ON_KEY
    assert "is left on the key" in result.output


def test_a_key_with_a_pin_is_asked_for_it(run: Run, key: SimulatedKey) -> None:
    assert run(CODE, PIN, PIN).exit_code == PROVED
    result = run(CODE, "wrong-1", PIN)
    assert result.exit_code == PROVED
    assert "That is not the PIN of this key. Tries left: 7." in result.output


def test_few_tries_are_not_spent_unasked(run: Run, key: SimulatedKey) -> None:
    assert run(CODE, PIN, PIN).exit_code == PROVED
    for _ in range(2):
        assert run(CODE, "wrong-1", "wrong-2").exit_code == GIVEN_UP
        key.power_cycle()
    result = run(CODE, "wrong-3", "n")
    assert "Only 3 PIN tries are left." in result.output
    assert key.pin_retries == 3


def test_a_wrong_setting_is_said_before_anything_starts(config: Path) -> None:
    config.write_text("simulater = true")
    result = CliRunner().invoke(enroll.command, ["--config", str(config)])
    assert result.exit_code == enroll.CANNOT_START
    assert "service.url" in result.output


def test_what_the_watcher_sees_becomes_events() -> None:
    error = NoAccess("/dev/hidraw0", "the rule")
    assert event_of(Inserted(ADDRESS)) == KeyInserted(ADDRESS)
    assert event_of(Removed(ADDRESS)) == KeyRemoved(ADDRESS)
    assert event_of(Obstructed(error)) == KeyInaccessible(error)
    assert event_of(Cleared()) is None
    with capture_logs() as logs:
        assert event_of(Obstructed(KeySilent(1.0))) is None
    assert [log["event"] for log in logs] == ["port_obstructed"]
    assert isinstance(enroll.command, click.Command)


def test_it_can_be_tried_without_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[str] = []
    mails: list[str] = []

    def prompt(text: str, **_: object) -> str:
        typed.append(text)
        if text.startswith("Check the person"):
            return "1"
        return mailed(mails) if text.startswith("Code") else PIN

    def echo(message: object = "", **_: object) -> None:
        mails.append(str(message))

    monkeypatch.setattr("kiosk.logs.install", lambda _: None)
    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(click, "echo", echo)
    with capture_logs():
        result = CliRunner().invoke(enroll.command, ["--embedded", "--user", "m.okafor@example.org"])
    assert result.exit_code == PROVED


def mailed(mails: list[str]) -> str:
    """The code in the mail that is shown; it may still be on its way."""
    patience = Event()
    for _ in range(1000):
        found = [re.search(r"(\d{6})\]", mail) for mail in mails]
        if any(found):
            return next(match[1] for match in found if match)
        patience.wait(0.01)
    raise AssertionError("no mail came")


@pytest.mark.parametrize("arguments", [[], ["--embedded", "--config", "/dev/null"]])
def test_one_of_two_ways_must_be_chosen(arguments: list[str], config: Path) -> None:
    given = [str(config) if argument == "/dev/null" else argument for argument in arguments]
    assert CliRunner().invoke(enroll.command, given).exit_code == 2


# ── what policy may ask of a key ────────────────────────────────────────────────────────────────

NEW_PIN = "83-wagons"


def prepare(key: SimulatedKey, **settings: Any) -> None:
    """Somebody set a PIN, and left the key so."""
    with closing(SimulatedSource([key]).open(SimulatedSource([key]).attached()[0])) as ready:
        ready.set_pin(Secret(PIN))
        ready.configure(KeySettings(**settings))


def lock(key: SimulatedKey) -> None:
    """Somebody tried PINs until the key would take none."""
    prepare(key)
    while key.pin_retries:
        key.power_cycle()
        with closing(SimulatedSource([key]).open(SimulatedSource([key]).attached()[0])) as guessing:
            for _ in range(3):
                with pytest.raises(PinError):
                    guessing.verify_pin(Secret("not-it"))
    key.power_cycle()


def test_a_pin_that_must_be_changed_is_changed_at_the_prompt(run: Run, key: SimulatedKey) -> None:
    prepare(key, force_pin_change=True)
    result = run(CODE, PIN, NEW_PIN, NEW_PIN)
    assert result.exit_code == PROVED
    assert "The key wants its PIN changed." in result.output
    assert run(CODE, NEW_PIN, user="bob").exit_code == PROVED


def test_a_pin_that_was_made_up_is_printed_once(run: Run, server: ContractServer, key: SimulatedKey) -> None:
    server.policy = {"pin": {"origin": "random"}}
    result = run(CODE, "")
    assert result.exit_code == PROVED
    (pin,) = re.findall(r"The PIN of the key is: (\d{8})\n", result.output)
    assert result.output.count(pin) == 1
    assert "It must be changed at its first use." in result.output
    assert "Preparing the key for its owner" in result.output


def test_the_touched_one_of_two_keys_is_enrolled(run: Run, key: SimulatedKey, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    other.plug()
    monkeypatch.setattr(enroll, "key_source", lambda *_: SimulatedSource([other, key]))
    result = run(CODE, PIN, PIN)
    assert result.exit_code == PROVED
    assert "Several keys are plugged in. Touch the one that is meant." in result.output
    assert (key.has_pin, other.has_pin) == (True, False)


def test_a_finger_is_enrolled_try_by_try(run: Run, server: ContractServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = replace(CTAP21, built_in_uv=True, bio_enrollment=True, uv_bio_enroll=True)
    key = SimulatedKey(replace(sensor, latency={0x09: 0.2}))  # nobody reads what is gone at once
    key.touch_automatically = True
    key.plug()
    monkeypatch.setattr(enroll, "key_source", lambda *_: SimulatedSource([key]))
    server.policy = {"pin": {"enroll_fingerprint": "require"}}
    result = run(CODE, PIN, PIN)
    assert result.exit_code == PROVED
    assert "Touch the sensor of the key with the same finger (1 more)." in result.output
    assert len(key.templates) == 1


@pytest.mark.parametrize(("mode", "answers"), [("self", ["y", "y"]), ("staff", ["y", "y", "y"])])
def test_a_locked_key_is_wiped_by_staff_at_the_terminal(
    run: Run,
    server: ContractServer,
    key: SimulatedKey,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    answers: list[str],
) -> None:
    lock(key)
    server.policy = {"key": {"reset": mode}}
    obey(key, monkeypatch)
    result = run(CODE, *answers, PIN, PIN)
    assert result.exit_code == PROVED, result.output
    assert "You lose everything on it." in result.output
    assert ("Staff: may this key be wiped?" in result.output) == (mode == "staff")
    assert key.pin_retries == 8


def test_without_the_approval_nothing_is_wiped(
    run: Run, server: ContractServer, key: SimulatedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(key)
    server.policy = {"key": {"reset": "staff"}}
    obey(key, monkeypatch)
    result = run(CODE, "y", "y", "n")  # and the input ends
    assert result.exit_code == GIVEN_UP
    assert "Wiping the key was not approved." in result.output
    assert key.has_pin
    assert key.pin_retries == 0


def obey(key: SimulatedKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do with the key what the terminal says."""
    says = TerminalPerson._tell

    def tell(person: TerminalPerson, line: str) -> None:
        says(person, line)
        if line == "Take the key out.":
            key.unplug()
        elif line.startswith("Put the same key back"):
            key.plug()

    monkeypatch.setattr(TerminalPerson, "_tell", tell)


def test_each_of_several_relying_parties_is_told(run: Run, server: ContractServer) -> None:
    server.parties = [PARTY, {"id": "vpn", "name": "VPN"}]
    server.checked = {"doubts": ["metadata_stale"]}
    server.issued = {"value": "8+Xk&4Tq", "expires_in": 3600}
    refusal = {"reasons": ["vpn:no_account"]}
    server.faults += [Fault("/ceremony", "problem", Word.REGISTRATION_REJECTED, 422, refusal)]
    result = run(CODE, PIN, PIN)
    assert result.exit_code == PARTLY
    assert "The key works for: VPN." in result.output
    assert "Staff mail: not registered: vpn: the person has no account there." in result.output
    assert "About this key: metadata stale." in result.output
    assert "Temporary pass for VPN, good for 1.0 hours: 8+Xk&4Tq" in result.output


def test_one_that_does_not_answer_can_be_left_out(run: Run, server: ContractServer) -> None:
    server.parties = [PARTY, {"id": "vpn", "name": "VPN"}]
    server.faults += [Fault("/ceremony", "problem", Word.RELYING_PARTY_UNAVAILABLE, 503)]
    result = run(CODE, PIN, PIN, "y")
    assert result.exit_code == PARTLY
    assert "Go on without Staff mail?" in result.output
    assert "Staff mail: not registered: the relying party does not answer." in result.output


def test_a_service_that_cannot_judge_the_key_is_asked_again(run: Run, server: ContractServer) -> None:
    server.faults += [Fault("/key", "html", status=502) for _ in range(8)]
    result = run(CODE, "n")
    assert result.exit_code == GIVEN_UP
    assert "Try again?" in result.output


def test_all_or_nothing_says_that_it_is_taken_back(run: Run, server: ContractServer) -> None:
    server.parties = [PARTY, {"id": "vpn", "name": "VPN"}]
    server.policy = {"partial": "roll_back"}
    server.refuses = "vpn"
    result = run(CODE, PIN, PIN, "n")
    assert result.exit_code == NOT_PROVED
    assert "what was registered is taken back" in result.output


# ── people who are not known here, and their phones ─────────────────────────────────────────────

MEMBER = ("--register", "member")
FORM = ("Ada", "ada@example.org", "")


def app_code_in(output: str) -> str:
    """What the app shows, by the key that the terminal printed."""
    (secret,) = re.findall(r"^ {2}((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})$", output, re.MULTILINE)
    return app_code(TotpSetUp(secret.replace(" ", ""), ""))


def test_a_stranger_fills_in_the_form_and_accepts_the_terms(run: Run, server: ContractServer) -> None:
    result = run(*FORM, "y", "n", CODE, PIN, PIN, user="", arguments=MEMBER)
    assert result.exit_code == PROVED
    assert "House rules (1 of 2)\n  Be kind.\n" in result.output
    assert "Phone number (may be empty)" in result.output
    (sent,) = server.registered
    assert sent["values"] == {"given_name": "Ada", "email": "ada@example.org"}
    assert [each["id"] for each in sent["accepted"]] == ["house"]


def test_what_the_service_does_not_take_is_typed_again_and_the_rest_is_kept(run: Run, server: ContractServer) -> None:
    server.faults += [Fault("/register", "problem", Word.MALFORMED, 400, {"reasons": ["email"]})]
    again = ("", "ada@example.com", "", "y", "y")
    result = run(*FORM, "y", "y", *again, CODE, PIN, PIN, user="", arguments=MEMBER)
    assert result.exit_code == PROVED
    assert "The value of email cannot be used (shape). Type it again." in result.output
    assert server.registered[-1]["values"] == {"given_name": "Ada", "email": "ada@example.com"}


def test_who_does_not_accept_what_must_be_accepted_leaves(run: Run, server: ContractServer) -> None:
    assert run(*FORM, "n", user="", arguments=MEMBER).exit_code == GIVEN_UP
    assert server.registered == []


def test_a_form_that_the_service_does_not_have_is_said_so(run: Run) -> None:
    result = run(user="", arguments=("--register", "contractor"))
    assert result.exit_code == GIVEN_UP
    assert "lets nobody register as a contractor" in result.output


def test_a_code_of_the_app_proves_who_it_is(run: Run, server: ContractServer) -> None:
    server.offers = [{"method": "totp"}]
    result = run(CODE, PIN, PIN)
    assert result.exit_code == PROVED
    assert "Code that the authenticator app shows" in result.output
    assert server.sent == []


class Phone:
    """Somebody who reads the key off the terminal into an app, and types what that shows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *before: str) -> None:
        self._lines = list(before)
        self._said: list[str] = []
        monkeypatch.setattr(click, "prompt", self.prompt)
        monkeypatch.setattr("kiosk.commands.enroll.TerminalPerson", self.person)

    @property
    def output(self) -> str:
        return "\n".join(self._said)

    def person(self, user: str, alternative: str, kind: FormKind | None) -> TerminalPerson:
        return TerminalPerson(user, alternative, kind, self._said.append)

    def prompt(self, text: str, **_: object) -> str:
        self._said.append(text)
        if "app shows" in text and not self._lines:
            return app_code_in(self.output)
        return self._lines.pop(0) if self._lines else ""


def test_an_app_is_set_up_by_its_qr_code_or_its_key(
    run: Run, server: ContractServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.policy = {"totp": "require"}
    phone = Phone(monkeypatch, CODE, PIN, PIN, "000000")
    assert run().exit_code == PROVED
    assert len(server.with_app) == 1
    assert phone.output.count("Scan this") == 1  # also after a wrong code
    assert phone.output.count("█ ███ █") == 3  # the finders of one QR code
    assert "That is not the code. Tries left: 4." in phone.output
    assert "k7m4-q2xw" in phone.output


@pytest.mark.parametrize(("demand", "code"), [("best_effort", PROVED), ("require", NOT_PROVED)])
def test_who_has_no_phone_leaves_the_line_empty(
    run: Run, server: ContractServer, key: SimulatedKey, demand: str, code: int
) -> None:
    server.policy = {"totp": demand}
    result = run(CODE, PIN, PIN, "")
    assert result.exit_code == code
    assert "The key works; no authenticator app was set up." in result.output
    assert len(key.credentials) == 1
    assert server.cancelled == []


def test_without_the_service_it_is_asked_whether_to_try_again(run: Run, server: ContractServer) -> None:
    server.policy = {"totp": "best_effort"}
    server.faults += [Fault("/totp", "html", status=503)] * 2
    result = run(CODE, PIN, PIN, "y", "n")
    assert result.exit_code == PROVED
    assert result.output.count("The service failed.") == 2
    assert server.totp == {}


def test_on_a_terminal_with_colors_the_qr_code_is_dark_on_light() -> None:
    plain, colored = list(qr_lines("otpauth://totp/a", colored=False)), list(qr_lines("otpauth://totp/a", colored=True))
    assert len(plain) == len(colored)
    assert all(line.startswith("\x1b[48;5;232m") and line.endswith("\x1b[0m") for line in colored)
    assert not any("\x1b" in line for line in plain)


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("user,name\nada,Ada Lovelace\ngrace,Grace Hopper\nalan,\n", encoding="utf-8")
    return path


def test_a_queue_is_worked_on_person_by_person_and_ends_with_a_report(
    run: Run, server: ContractServer, queue: Path
) -> None:
    result = run("", CODE, PIN, PIN, "a", "", CODE, PIN, user="", arguments=["--csv", str(queue)])
    assert result.exit_code == 1, result.output
    assert "3 people, 3 of them without a key that works." in result.output
    assert "1 of 3: Ada Lovelace (ada)" in result.output
    assert "3 of 3: alan" in result.output
    rows = [line.split(",") for line in Path(f"{queue}.report.csv").read_text(encoding="utf-8").splitlines()]
    assert [(row[0], row[2], row[3]) for row in rows[1:]] == [
        ("ada", "done", "R-1"),
        ("grace", "absent", ""),
        ("alan", "done", "R-1"),
    ]
    assert [body["criteria"] for body in server.bodies if "criteria" in body] == [{"upn": "ada"}, {"upn": "alan"}]


def test_a_queue_goes_on_where_it_stopped_until_everybody_has_a_key(run: Run, queue: Path) -> None:
    assert run("", CODE, PIN, PIN, "q", user="", arguments=["--csv", str(queue)]).exit_code == 1
    again = run("", CODE, PIN, "", CODE, PIN, user="", arguments=["--csv", str(queue)])
    assert again.exit_code == 0, again.output
    assert "3 people, 2 of them without a key that works." in again.output
    assert "1 of 2: Grace Hopper (grace)" in again.output
    done = run(user="", arguments=["--csv", str(queue)])
    assert (done.exit_code, "3 people, 0 of them" in done.output) == (0, True)


def test_whoever_gives_up_comes_again_and_a_refusal_is_kept_in_the_report(
    run: Run, server: ContractServer, queue: Path
) -> None:
    server.faults += [Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422)]
    result = run("", CODE, PIN, PIN, "n", "q", user="", arguments=["--csv", str(queue)])
    assert result.exit_code == 1
    assert "ada,Ada Lovelace,failed," in Path(f"{queue}.report.csv").read_text(encoding="utf-8")
    assert "    2 have still to come" in result.output


def test_a_file_that_is_no_queue_is_named_with_its_line(run: Run, queue: Path) -> None:
    queue.write_text("user\nada\nADA\n", encoding="utf-8")
    result = run(user="", arguments=["--csv", str(queue)])
    assert (result.exit_code, result.output) == (
        2,
        "people.csv, line 3 has somebody who is on line 2 already.\n",
    )


def test_a_queue_names_the_people_itself(run: Run, queue: Path) -> None:
    assert run(user="ada", arguments=["--csv", str(queue)]).exit_code == 2

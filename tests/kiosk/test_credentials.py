"""Secrets are found in the order of the design, and nowhere that others can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, kwallet, libsecret, null
from keyring.errors import KeyringLocked, PasswordSetError

from kiosk.credentials import CredentialStore, Place, guards, system_keyring
from kiosk.errors import ConfigurationError, NoCredential
from kiosk.secret import Secret

NAME = "station-secret"


class KeyringInMemory(KeyringBackend):
    """A keyring of one test; it may be locked."""

    priority = 5.0

    def __init__(self, *, locked: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise PasswordSetError
        self.kept[service, username] = password


def made(backend: type[KeyringBackend]) -> KeyringBackend:
    return backend()


@pytest.fixture
def keyring_backend() -> KeyringInMemory:
    return KeyringInMemory()


def give(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / NAME
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)
    return file


def test_systemd_comes_before_the_keyring_and_the_keyring_before_a_file(
    tmp_path: Path, keyring_backend: KeyringInMemory
) -> None:
    systemd = give(tmp_path / "systemd", "from systemd\n", 0o440)
    give(tmp_path / "files", "from a file")
    keyring_backend.set_password("keywright", NAME, "from the keyring")
    store = CredentialStore({"CREDENTIALS_DIRECTORY": str(systemd.parent)}, keyring_backend, tmp_path / "files")

    assert (store.where(NAME), store.read(NAME).reveal()) == (Place.SYSTEMD, "from systemd")
    systemd.unlink()
    assert (store.where(NAME), store.read(NAME).reveal()) == (Place.KEYRING, "from the keyring")
    keyring_backend.kept.clear()
    assert (store.where(NAME), store.read(NAME).reveal()) == (Place.FILE, "from a file")


def test_only_places_that_are_there_are_asked(tmp_path: Path, keyring_backend: KeyringInMemory) -> None:
    assert CredentialStore({}, None).places() == ()
    everywhere = CredentialStore({"CREDENTIALS_DIRECTORY": "/nowhere"}, keyring_backend, tmp_path)
    assert everywhere.places() == (Place.SYSTEMD, Place.KEYRING, Place.FILE)


def test_a_secret_that_is_nowhere_is_named(tmp_path: Path, keyring_backend: KeyringInMemory) -> None:
    store = CredentialStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}, keyring_backend, tmp_path / "files")
    assert store.where(NAME) is None
    with pytest.raises(NoCredential) as caught:
        store.read(NAME)
    assert caught.value.name == NAME


def test_a_locked_keyring_gives_way_to_the_file(tmp_path: Path) -> None:
    give(tmp_path, "from a file")
    assert CredentialStore({}, KeyringInMemory(locked=True), tmp_path).where(NAME) is Place.FILE


def test_a_written_secret_goes_to_the_keyring_and_not_to_a_file(
    tmp_path: Path, keyring_backend: KeyringInMemory
) -> None:
    store = CredentialStore({}, keyring_backend, tmp_path)
    assert store.write(NAME, Secret("s3cret")) is Place.KEYRING
    assert store.read(NAME).reveal() == "s3cret"
    assert list(tmp_path.iterdir()) == []


def test_without_a_keyring_a_written_secret_is_a_private_file(tmp_path: Path) -> None:
    store = CredentialStore({}, None, tmp_path / "deep" / "files")
    store.write(NAME, Secret("first"))
    assert store.write(NAME, Secret("second")) is Place.FILE
    assert store.read(NAME).reveal() == "second"
    (file,) = (tmp_path / "deep" / "files").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("locked", [True, False])
def test_nothing_is_written_where_no_place_is_safe(tmp_path: Path, locked: bool) -> None:
    store = CredentialStore({}, KeyringInMemory(locked=True), tmp_path) if locked else CredentialStore({}, None)
    with pytest.raises(ConfigurationError):
        store.write(NAME, Secret("s3cret"))
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_systemd_gives_is_not_hidden_behind_it(tmp_path: Path, keyring_backend: KeyringInMemory) -> None:
    give(tmp_path, "from systemd")
    store = CredentialStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}, keyring_backend)
    with pytest.raises(ConfigurationError, match="systemd"):
        store.write(NAME, Secret("ours"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    give(tmp_path, "s3cret", mode)
    with pytest.raises(ConfigurationError, match="0600") as caught:
        CredentialStore({}, None, tmp_path).read(NAME)
    assert "s3cret" not in repr(caught.value)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(tmp_path, "s3cret")
    monkeypatch.setattr(os, "geteuid", lambda: 65_534)
    with pytest.raises(ConfigurationError):
        CredentialStore({}, None, tmp_path).read(NAME)


def test_a_link_is_refused_even_to_a_good_file(tmp_path: Path) -> None:
    good = give(tmp_path / "elsewhere", "s3cret")
    (tmp_path / NAME).symlink_to(good)
    with pytest.raises(ConfigurationError, match="link"):
        CredentialStore({}, None, tmp_path).read(NAME)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME, 0o600)
    with pytest.raises(ConfigurationError):
        CredentialStore({}, None, tmp_path).read(NAME)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 20_000])
@pytest.mark.parametrize("by_systemd", [True, False])
def test_content_that_is_no_secret_is_refused(tmp_path: Path, content: bytes, by_systemd: bool) -> None:
    give(tmp_path, content)
    store = CredentialStore({"CREDENTIALS_DIRECTORY": str(tmp_path)} if by_systemd else {}, None, tmp_path)
    with pytest.raises(ConfigurationError):
        store.read(NAME)


def test_a_systemd_credential_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigurationError):
        CredentialStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}, None).read(NAME)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigurationError, match="written"):
        CredentialStore({}, None, tmp_path).write(NAME, Secret("s3cret"))
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("name", ["", "..", ".a", "a/b", "../x", "A", "a b", "a\n", "-a", "a" * 65])
def test_a_name_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    store = CredentialStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}, None, tmp_path)
    for attempt in (lambda: store.read(name), lambda: store.write(name, Secret("s3cret")), lambda: store.where(name)):
        with pytest.raises(ValueError, match="not a name"):
            attempt()


@pytest.mark.parametrize(
    "backend", [SecretService.Keyring, libsecret.Keyring, kwallet.DBusKeyring, kwallet.DBusKeyringKWallet4]
)
def test_keyrings_of_desktops_guard_their_secrets(backend: type[KeyringBackend]) -> None:
    assert guards(made(backend))


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, chainer.ChainerBackend, KeyringInMemory])
def test_all_others_count_as_none(backend: type[KeyringBackend]) -> None:
    assert not guards(made(backend))


def test_a_machine_whose_keyring_is_off_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", made(null.Keyring))
    assert system_keyring() is None


def test_a_chain_of_keyrings_is_used_for_the_one_that_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", made(chainer.ChainerBackend))
    good, plain = made(libsecret.Keyring), KeyringInMemory()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, good])
    assert system_keyring() is good


def test_a_keyring_that_is_configured_wrongly_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.module")
    assert system_keyring() is None

"""The embedded service is believed by those who hold its authority, for loopback names, and by nobody else."""

from __future__ import annotations

import http.server
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.service.tls import LOOPBACK, Identity, issue_server_certificate, make_authority, server_context

NOW = datetime.now(UTC)
Serve = Callable[[Identity], int]


class Answers(http.server.BaseHTTPRequestHandler):
    """Says hello."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """A client that refuses us is what these tests are about, not an error to print."""

    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    running: list[tuple[Server, threading.Thread]] = []

    def start(identity: Identity) -> int:
        server = Server(("127.0.0.1", 0), Answers)
        server.socket = server_context(identity).wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return int(server.server_address[1])

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def get(port: int, ca: Path, host: str = "127.0.0.1") -> str:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"https://{host}:{port}/", verify=str(ca), timeout=10).text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_client_that_holds_the_authority_is_answered(tmp_path: Path, serve: Serve, host: str) -> None:
    port = serve(issue_server_certificate(tmp_path, LOOPBACK, NOW))
    assert get(port, tmp_path / "authority.pem", host) == "hello"


def test_a_client_that_holds_another_authority_refuses(tmp_path: Path, serve: Serve) -> None:
    port = serve(issue_server_certificate(tmp_path / "ours", LOOPBACK, NOW))
    other = make_authority(tmp_path / "other", NOW)
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        get(port, other.certificate)


def test_a_client_refuses_a_name_that_the_certificate_does_not_have(tmp_path: Path, serve: Serve) -> None:
    port = serve(issue_server_certificate(tmp_path, ["127.0.0.1"], NOW))
    with pytest.raises(requests.exceptions.SSLError, match=r"match|mismatch"):
        get(port, tmp_path / "authority.pem", "localhost")


def test_an_expired_certificate_is_refused(tmp_path: Path, serve: Serve) -> None:
    authority = make_authority(tmp_path, NOW)
    old = issue_server_certificate(tmp_path / "old", LOOPBACK, NOW - timedelta(days=60), authority)
    with pytest.raises(requests.exceptions.SSLError, match="expired"):
        get(serve(old), authority.certificate)


def test_the_authority_is_not_believed_beyond_loopback(tmp_path: Path, serve: Serve) -> None:
    authority = make_authority(tmp_path, NOW)
    forged = forge(tmp_path, authority, "bank.example")
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.verify_flags = ssl.VerifyFlags.VERIFY_DEFAULT  # let nothing but the name constraints refuse it
    port = serve(forged)
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"),
    ):
        context.wrap_socket(plain, server_hostname="bank.example")


def forge(folder: Path, authority: Identity, name: str) -> Identity:
    """What a thief of the authority's key could make."""
    key = ec.generate_private_key(ec.SECP256R1())
    thief = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    assert isinstance(thief, ec.EllipticCurvePrivateKey)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(load(authority.certificate).subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        .sign(thief, hashes.SHA256())
    )
    forged = Identity(folder / "forged.pem", folder / "forged.key")
    forged.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    forged.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return forged


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_tls_is_not_spoken(tmp_path: Path, serve: Serve) -> None:
    port = serve(issue_server_certificate(tmp_path, LOOPBACK, NOW))
    context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", port), 10) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    issue_server_certificate(folder, LOOPBACK, NOW)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {file.name for file in folder.iterdir()} == {"authority.pem", "authority.key", "server.pem", "server.key"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_still_fits_is_kept(tmp_path: Path) -> None:
    first = load(issue_server_certificate(tmp_path, LOOPBACK, NOW).certificate)
    again = load(issue_server_certificate(tmp_path, reversed(LOOPBACK), NOW + timedelta(days=20)).certificate)
    assert first == again


@pytest.mark.parametrize("days", [24, 40, -1])
def test_a_certificate_near_its_end_or_before_its_time_is_issued_anew(tmp_path: Path, days: int) -> None:
    first = load(issue_server_certificate(tmp_path, LOOPBACK, NOW).certificate)
    later = NOW + timedelta(days=days)
    again = load(issue_server_certificate(tmp_path, LOOPBACK, later).certificate)
    assert first != again
    assert again.not_valid_before_utc < later < again.not_valid_after_utc


def test_an_authority_near_its_end_is_made_anew_and_the_certificate_with_it(tmp_path: Path) -> None:
    issue_server_certificate(tmp_path, LOOPBACK, NOW)
    first = load(tmp_path / "authority.pem")
    server = load(issue_server_certificate(tmp_path, LOOPBACK, NOW + timedelta(days=360)).certificate)
    assert load(tmp_path / "authority.pem") != first
    server.verify_directly_issued_by(load(tmp_path / "authority.pem"))


def test_other_names_and_another_authority_are_a_new_certificate(tmp_path: Path) -> None:
    first = load(issue_server_certificate(tmp_path, ["localhost"], NOW).certificate)
    second = load(issue_server_certificate(tmp_path, ["127.0.0.1"], NOW).certificate)
    other = make_authority(tmp_path / "other", NOW)
    third = load(issue_server_certificate(tmp_path, ["127.0.0.1"], NOW, other).certificate)
    assert len({first, second, third}) == 3
    third.verify_directly_issued_by(load(other.certificate))


@pytest.mark.parametrize("file", ["authority.key", "server.pem", "server.key"])
@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, serve: Serve, file: str, content: bytes | None) -> None:
    issue_server_certificate(tmp_path, LOOPBACK, NOW)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    port = serve(issue_server_certificate(tmp_path, LOOPBACK, NOW))
    assert get(port, tmp_path / "authority.pem") == "hello"


def test_a_pair_that_does_not_belong_together_is_made_anew(tmp_path: Path) -> None:
    issue_server_certificate(tmp_path, LOOPBACK, NOW)
    (tmp_path / "server.key").write_bytes((tmp_path / "authority.key").read_bytes())
    server_context(issue_server_certificate(tmp_path, LOOPBACK, NOW))


@pytest.mark.parametrize("names", [[], ["example.org"], ["localhost", "0.0.0.0"]])
def test_the_authority_refuses_other_names(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        issue_server_certificate(tmp_path, names, NOW)

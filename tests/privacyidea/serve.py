"""privacyIDEA from nothing in a folder, on a free port of loopback: `python serve.py FOLDER`, with its own environment.

Prints one line of JSON when it listens; SIGTERM ends it. It runs apart from everything else here: privacyIDEA's license
is the AGPL, and nothing of ours imports it.
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from privacyidea.app import create_app  # type: ignore[import-not-found]  # in an environment of its own, as all of it
from privacyidea.lib.auth import create_db_admin  # type: ignore[import-not-found]
from privacyidea.models import db  # type: ignore[import-not-found]
from werkzeug.serving import ThreadedWSGIServer

ADMIN, PASSWORD = "admin", "adminpw"
KIOSK, KIOSK_PASSWORD = "kiosk", "kioskpw"
SETTINGS = """\
import os
D = os.path.dirname(os.path.abspath(__file__))
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.path.join(D, "pi.sqlite")
# One request takes several connections: the library's own pool of fifteen stands still under as many requests.
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}, "pool_size": 60, "max_overflow": 60}
SECRET_KEY = "test-only-secret-key-0123456789-0123456789"
PI_PEPPER = "test-only-pepper-012345"
PI_ENCFILE = os.path.join(D, "enckey")
PI_AUDIT_KEY_PRIVATE = os.path.join(D, "private.pem")
PI_AUDIT_KEY_PUBLIC = os.path.join(D, "public.pem")
PI_AUDIT_NO_PRIVATE_KEY_CHECK = True
PI_RESPONSE_NO_PRIVATE_KEY_CHECK = True
PI_HASH_ALGO_PARAMS = {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
PI_LOGFILE = os.path.join(D, "privacyidea.log")
PI_LOGLEVEL = 20
PI_NODE = "testnode"
PI_NODE_UUID = "8e4272a9-9037-40df-8aa3-976e4a04b5a9"
PI_BASE_URL = "https://localhost/"
SUPERUSER_REALM = ["super"]
"""
PEOPLE = (
    ("nada.hassan@example.org", "+31 20 1111", "+31 6 12345678", "Nada", "Hassan", "4711", "Finance"),
    ("jan.devries@example.org", "", "", "Jan", "de Vries", "1001", "IT"),
    ("jan.devries2@example.org", "", "", "Jan", "de Vries", "1002", "HR"),
    ("sean.obrien@example.org", "", "+353851234567", "Seán", "O'Brien", "0815", "IT"),
)
"""Login and mail, phone, mobile, first and last name, staff number, description."""


def keys(folder: Path) -> None:
    """What encrypts the database and signs the audit trail."""
    _put(folder / "enckey", os.urandom(96))
    audit = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _put(folder / "private.pem", _pem(audit))
    public = audit.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _put(folder / "public.pem", public)


def certificates(folder: Path) -> None:
    """An authority (ca.pem) and a server that it vouches for."""
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    _put(folder / "ca.pem", _certificate("test CA", authority, authority, is_authority=True))
    _put(folder / "server.pem", _certificate("localhost", server, authority, is_authority=False))
    _put(folder / "server.key", _pem(server))


def people(folder: Path) -> None:
    """The table that the SQL resolver reads: any column can be mapped to any name."""
    database = sqlite3.connect(folder / "users.sqlite")
    database.execute(
        "create table users (id integer primary key, login text unique, mail text, tel text, mob text, first text,"
        " last text, empno text, descr text, pw text)"
    )
    database.executemany(
        "insert into users (login, mail, tel, mob, first, last, empno, descr) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [(login, login, *others) for login, *others in PEOPLE],
    )
    database.commit()
    database.close()


def application(folder: Path) -> Any:
    """The program with its tables and two administrators."""
    os.environ["PRIVACYIDEA_CONFIGFILE"] = str(folder / "pi.cfg")
    app = create_app(config_name="production", silent=True)
    with app.app_context():
        db.create_all()
        create_db_admin(ADMIN, "admin@example.org", PASSWORD)
        create_db_admin(KIOSK, "kiosk@example.org", KIOSK_PASSWORD)
    return app


def serve(folder: Path) -> None:
    """Listen until SIGTERM."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    tls = (str(folder / "server.pem"), str(folder / "server.key"))
    server = ThreadedWSGIServer("127.0.0.1", 0, application(folder), ssl_context=tls)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(json.dumps({"url": f"https://localhost:{server.server_port}", "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _put(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)


def _pem(key: Any) -> bytes:
    return bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )


def _certificate(name: str, key: Any, issuer: Any, *, is_authority: bool) -> bytes:
    now = datetime.datetime.now(datetime.UTC)

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = x509.KeyUsage(True, False, False, False, False, is_authority, is_authority, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("test CA"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(is_authority, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False)
        .add_extension(usage, True)
    )
    if not is_authority:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return bytes(builder.sign(issuer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


if __name__ == "__main__":
    here = Path(sys.argv[1]).resolve()
    here.chmod(0o700)
    (here / "pi.cfg").write_text(SETTINGS, encoding="utf-8")
    keys(here)
    certificates(here)
    people(here)
    serve(here)

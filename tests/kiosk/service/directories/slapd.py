"""A real OpenLDAP with a few people in it, in a folder of its own; some of them look as Active Directory keeps them."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3
import pytest

from kiosk.service.tls import Identity

READER, PASSWORD = "cn=reader,dc=example,dc=test", "reader-geheim"
_ROOT, _ROOT_PASSWORD = "cn=root,dc=example,dc=test", "root-geheim"
BASE = "ou=people,dc=example,dc=test"

_CONF = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/ad.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
loglevel none
threads 4
disallow bind_anon
require authc
TLSCACertificateFile {authority}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSProtocolMin 3.3

database mdb
suffix "dc=example,dc=test"
rootdn "{root}"
rootpw {root_password}
directory {folder}/db
maxsize 104857600
dbnosync
index objectClass eq
limits dn.exact="{reader}" size.soft={size} size.hard={size} time=5
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""

_AD = """\
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl'
  EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID'
  EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.35 NAME 'employeeID'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY
  MAY ( userAccountControl $ userPrincipalName $ objectCategory $ objectGUID $ employeeID ) )
"""

_BASE = f"""\
dn: dc=example,dc=test
objectClass: domain
dc: example

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {PASSWORD}

dn: {BASE}
objectClass: organizationalUnit
ou: people
"""

Attributes = Mapping[str, Any]


@dataclass
class Slapd:
    """A server that runs. `plain` and `tls` are its ports."""

    folder: Path
    plain: int
    tls: int

    @contextmanager
    def as_root(self) -> Iterator[Any]:
        """A connection that may write."""
        server = ldap3.Server("127.0.0.1", port=self.plain, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, _ROOT, _ROOT_PASSWORD, auto_bind=True)
        try:
            yield connection
        finally:
            connection.unbind()

    def change(self, number: int, attributes: Attributes) -> None:
        with self.as_root() as connection:
            changes = {name: [(ldap3.MODIFY_REPLACE, [value])] for name, value in attributes.items()}
            assert connection.modify(dn_of(number), changes), connection.result

    def delete(self, number: int) -> None:
        with self.as_root() as connection:
            assert connection.delete(dn_of(number)), connection.result


def dn_of(number: int) -> str:
    """Where the person of a number is; numbers need no escaping."""
    return f"cn={number},{BASE}"


def program() -> str:
    """Where slapd is. A person's machine may lack it."""
    found = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is not None:
        return found
    message = "needs slapd (Debian: slapd)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def slapd(
    folder: Path, identity: Identity, authority: Path, people: Sequence[Attributes], size: int = 100
) -> Iterator[Slapd]:
    """Run it until the block ends. `size` is the most entries that it gives the reader."""
    executable = program()
    (folder / "db").mkdir(mode=0o700)
    (folder / "ad.schema").write_text(_AD)
    conf = folder / "slapd.conf"
    conf.write_text(
        _CONF.format(
            folder=folder,
            authority=authority,
            certificate=identity.certificate,
            key=identity.key,
            root=_ROOT,
            root_password=_ROOT_PASSWORD,
            reader=READER,
            size=size,
        )
    )
    (folder / "people.ldif").write_text("\n".join([_BASE, *(_ldif(n, each) for n, each in enumerate(people))]))
    add = [str(Path(executable).with_name("slapadd")), "-q", "-f", str(conf), "-l", str(folder / "people.ldif")]
    subprocess.run(add, check=True, capture_output=True)
    running = Slapd(folder, _free_port(), _free_port())
    urls = f"ldap://127.0.0.1:{running.plain}/ ldaps://127.0.0.1:{running.tls}/"
    with subprocess.Popen([executable, "-d", "0", "-f", str(conf), "-h", urls], stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, running.plain)
            _wait(process, running.tls)
            yield running
        finally:
            process.kill()
            process.wait(10)


def _ldif(number: int, attributes: Attributes) -> str:
    lines = [f"dn: {dn_of(number)}", "objectClass: inetOrgPerson", "objectClass: user", f"cn: {number}"]
    for name, value in attributes.items():
        raw = value if isinstance(value, bytes) else str(value).encode()
        lines.append(f"{name}:: {base64.b64encode(raw).decode()}")
    return "\n".join([*lines, ""])


def _free_port() -> int:
    """One that nobody is given who asks the system for any: else somebody may have it before slapd does."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    while True:
        assert process.poll() is None, "slapd ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            continue
        return

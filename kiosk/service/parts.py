"""What the service is made of: one frozen value, given to every action; nothing of it is global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kiosk.contract.profile import VerificationMethod
from kiosk.service.accounts.passwords import Passwords
from kiosk.service.accounts.settings import PasswordSettings
from kiosk.service.approvals.bulletin import Bulletin
from kiosk.service.attestation.trust import Trust
from kiosk.service.directories.chain import Directories
from kiosk.service.metrics.figures import Figures
from kiosk.service.mobile.board import Board
from kiosk.service.mobile.connector import PhoneEnroller
from kiosk.service.partners.keys import PartnerKeys
from kiosk.service.policies.book import PolicyBook
from kiosk.service.projects.press import Press
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.relying_parties.policies import Policies
from kiosk.service.replica import Replica
from kiosk.service.screening.connector import Screener
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import Clock, Random
from kiosk.service.store.engine import Store
from kiosk.service.tokens.rates import Rates
from kiosk.service.verification.connector import Verifier


@dataclass(frozen=True)
class Parts:
    """Everything an action may use.

    `hmac_key` (32 bytes) keys the hashes of codes and the stable user handles of the embedded relying party. `secret`
    resolves the name of a secret (settings never hold one); it raises kiosk.errors.NoCredential. `policies` is what was
    last read of the relying parties' own. `rates` bounds how often clients call, `addresses` how often pages are asked
    for from one address, `passwords` hashes and compares what people sign in with, `screeners` judge guests, `partners`
    holds the keys of each agreement by its id. `press` prints hand-outs of projects. `embedded` allows simulated keys.
    `replica` is this process among its equals, and `figures` are what it counted.
    """

    store: Store
    clock: Clock
    random: Random
    settings: ServiceSettings
    directories: Directories
    trust: Trust
    verifiers: Mapping[VerificationMethod, Verifier]
    relying_parties: Mapping[str, RelyingParty]
    hmac_key: bytes = field(repr=False)
    secret: Callable[[str], str] = field(repr=False)
    policies: Policies = field(default_factory=Policies)
    rates: Rates = field(default_factory=lambda: Rates(600))
    addresses: Rates = field(default_factory=lambda: Rates(6000))
    passwords: Passwords = field(default_factory=lambda: Passwords(PasswordSettings()))
    screeners: tuple[Screener, ...] = ()
    partners: Mapping[str, PartnerKeys] = field(default_factory=dict)
    press: Press = field(default_factory=Press)
    enroller: PhoneEnroller | None = None
    board: Board = field(default_factory=Board)
    bulletin: Bulletin = field(default_factory=Bulletin)
    policy_book: PolicyBook = field(default_factory=PolicyBook)
    embedded: bool = False
    replica: Replica = field(default_factory=Replica)
    figures: Figures = field(default_factory=Figures)

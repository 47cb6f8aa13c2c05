"""Microsoft Entra ID before its face, by beta, which tells ids in other encodings."""

from __future__ import annotations

from tests.kiosk.service.relying_parties.contract.stand_entra import EntraStand


class EntraBetaStand(EntraStand):
    """The same by beta."""

    NAME = "entra beta"
    VERSION = "beta"


STAND = EntraBetaStand

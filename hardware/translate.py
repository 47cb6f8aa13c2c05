"""Where the exceptions of python-fido2 and of the operating system end: each becomes a `HardwareError`."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from fido2.ctap import CtapError
from fido2.hid import ConnectionFailure

from hardware.errors import (
    AlreadyRegistered,
    Cancelled,
    FingerprintsFull,
    HardwareError,
    KeyBusy,
    KeyFault,
    KeyFull,
    KeyGone,
    KeySilent,
    NoSuitableAlgorithm,
    PinAuthBlocked,
    PinBlocked,
    PinRefused,
    PinRequired,
    TouchTimeout,
    UvBlocked,
    WrongPin,
)

ERR = CtapError.ERR

MEANINGS: Mapping[int, Callable[[int], HardwareError]] = {
    ERR.SUCCESS: KeyFault,
    ERR.INVALID_COMMAND: KeyFault,
    ERR.INVALID_PARAMETER: KeyFault,
    ERR.INVALID_LENGTH: KeyFault,
    ERR.INVALID_SEQ: KeyFault,
    ERR.TIMEOUT: KeyFault,
    ERR.CHANNEL_BUSY: lambda _: KeyBusy(),
    ERR.LOCK_REQUIRED: lambda _: KeyBusy(),
    ERR.INVALID_CHANNEL: lambda _: KeyGone(),  # our channel died with the power of the key
    ERR.CBOR_UNEXPECTED_TYPE: KeyFault,
    ERR.INVALID_CBOR: KeyFault,
    ERR.MISSING_PARAMETER: KeyFault,
    ERR.LIMIT_EXCEEDED: KeyFault,
    ERR.FP_DATABASE_FULL: lambda _: FingerprintsFull(),
    ERR.LARGE_BLOB_STORAGE_FULL: KeyFault,
    ERR.CREDENTIAL_EXCLUDED: lambda _: AlreadyRegistered(),
    ERR.PROCESSING: lambda _: KeyBusy(),
    ERR.INVALID_CREDENTIAL: KeyFault,
    ERR.USER_ACTION_PENDING: lambda _: KeyBusy(),
    ERR.OPERATION_PENDING: lambda _: KeyBusy(),
    ERR.NO_OPERATIONS: KeyFault,
    ERR.UNSUPPORTED_ALGORITHM: lambda _: NoSuitableAlgorithm(),
    ERR.OPERATION_DENIED: lambda _: TouchTimeout(),
    ERR.KEY_STORE_FULL: lambda _: KeyFull(),
    ERR.UNSUPPORTED_OPTION: KeyFault,
    ERR.INVALID_OPTION: KeyFault,
    ERR.KEEPALIVE_CANCEL: lambda _: Cancelled(),
    ERR.NO_CREDENTIALS: KeyFault,
    ERR.USER_ACTION_TIMEOUT: lambda _: TouchTimeout(),
    ERR.NOT_ALLOWED: KeyFault,
    ERR.PIN_INVALID: lambda _: WrongPin(None),
    ERR.PIN_BLOCKED: lambda _: PinBlocked(),
    ERR.PIN_AUTH_INVALID: lambda _: PinRequired(),
    ERR.PIN_AUTH_BLOCKED: lambda _: PinAuthBlocked(),
    ERR.PIN_NOT_SET: lambda _: PinRequired(),
    ERR.PUAT_REQUIRED: lambda _: PinRequired(),
    ERR.PIN_POLICY_VIOLATION: lambda _: PinRefused(),
    ERR.PIN_TOKEN_EXPIRED: lambda _: PinRequired(),
    ERR.REQUEST_TOO_LARGE: KeyFault,
    ERR.ACTION_TIMEOUT: lambda _: TouchTimeout(),
    ERR.UP_REQUIRED: KeyFault,
    ERR.UV_BLOCKED: lambda _: UvBlocked(),
    ERR.INTEGRITY_FAILURE: KeyFault,
    ERR.INVALID_SUBCOMMAND: KeyFault,
    ERR.UV_INVALID: lambda _: PinRequired(),
    ERR.UNAUTHORIZED_PERMISSION: KeyFault,
    ERR.OTHER: KeyFault,
    ERR.SPEC_LAST: KeyFault,
    ERR.EXTENSION_FIRST: KeyFault,
    ERR.EXTENSION_LAST: KeyFault,
    ERR.VENDOR_FIRST: KeyFault,
    ERR.VENDOR_LAST: KeyFault,
}
"""What each CTAP status (CTAP 2.1 section 8.2) means to us where no command gives it a closer meaning."""

UNREADABLE = (
    ConnectionFailure,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
"""What parsing raises when the answer of a key is not what CTAP promises; a hostile key chooses among them."""


def hardware_error(error: CtapError) -> HardwareError:
    """The meaning of a CTAP status; one that is in no specification is a KeyFault with its number."""
    status = int(error.code)
    return MEANINGS.get(status, KeyFault)(status)


@contextmanager
def translated() -> Iterator[None]:
    """Let only `HardwareError`s out of the block (or, as a decorator, of the function)."""
    try:
        yield
    except CtapError as error:
        raise hardware_error(error) from error
    except TimeoutError as error:
        raise KeySilent(0.0) from error
    except OSError as error:
        raise KeyGone from error
    except UNREADABLE as error:
        raise KeyFault from error

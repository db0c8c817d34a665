"""A cursor says where the next page of a list begins: after the last row already seen.

It is opaque to clients and bound to the list, its filters and its order: with other ones it would
silently skip rows, so it is refused.
"""

import base64
import binascii
import hashlib
from typing import Annotated

import msgspec

from api.problems import ProblemError, field_error, invalid

_Values = tuple[int | str, ...]
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


def encode(scope: object, values: _Values) -> str:
    """Return the cursor after the row with these sort values, for a list with this scope."""
    packed = msgspec.json.encode((_fingerprint(scope), *values))
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(scope: object, text: str | None, shape: tuple[type, ...]) -> _Values | None:
    """Return the sort values of a cursor, which are of the types of `shape`; None without cursor.

    Raises:
        ProblemError: no cursor of this list with these filters and this order.
    """
    if text is None:
        return None
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        fingerprint, *values = msgspec.json.decode(packed, type=tuple[str | _Int64, ...])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise _refused(text) from None
    if fingerprint != _fingerprint(scope) or tuple(map(type, values)) != shape:
        raise _refused(text)
    return tuple(values)


def _fingerprint(scope: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(scope), digest_size=6).hexdigest()


def _refused(text: str) -> ProblemError:
    fix = "is no cursor of this list with these filters: take next_cursor of the former page"
    return invalid([field_error("query.cursor", fix, text)])

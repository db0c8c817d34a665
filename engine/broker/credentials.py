"""Credentials of the embedded broker: made once, kept in one file only its owner can read.

A vendor that is left out keeps its password in the file and has it again when it returns.
"""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import msgspec

from engine.broker.files import write_private

ENGINE_USER: Final = "ringfence-engine"
_VENDOR: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def vendor_name(name: str) -> str:
    """Return the name of a vendor as given: a plain word to any broker's wildcards.

    Raises:
        ValueError: not 1 to 63 of a–z, 0–9, `_` and `-`, beginning with a letter or digit.
    """
    if _VENDOR.fullmatch(name) is None:
        raise ValueError(
            f"vendor {name!r}: use 1 to 63 of a-z, 0-9, '_' and '-', a letter or digit first"
        )
    return name


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user and a password."""

    user: str
    password: str


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The engine's login, and each vendor's by name."""

    engine: Login
    vendors: dict[str, Login]

    @classmethod
    def load(cls, path: Path, vendors: Iterable[str]) -> Self:
        """Return what the file holds, with what is missing made and written.

        Raises:
            ValueError: a vendor's name cannot be used, or the file cannot be read; names the fix.
        """
        names = [_free_name(vendor) for vendor in vendors]
        kept = cls._read(path) if path.exists() else cls._make()
        missing = {name: _login(name) for name in names if name not in kept.vendors}
        complete = msgspec.structs.replace(kept, vendors=kept.vendors | missing)
        if missing or not path.exists():
            write_private(path, msgspec.json.format(msgspec.json.encode(complete)))
        return complete

    @classmethod
    def _read(cls, path: Path) -> Self:
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(
                f"{path} is not a credentials file ({error}): restore it from a backup, or remove "
                "it to have new credentials made for the engine and every vendor"
            ) from error

    @classmethod
    def _make(cls) -> Self:
        return cls(_login(ENGINE_USER), {})


def _free_name(vendor: str) -> str:
    if vendor == ENGINE_USER:
        raise ValueError(f"vendor {vendor!r} is the engine's own login: use another name")
    return vendor_name(vendor)


def _login(user: str) -> Login:
    return Login(user, secrets.token_hex(24))

"""The engine's persistent session at the broker: its identifier is kept with what it holds.

NATS ties a session to the client identifier alone, so the identifier is secret: whoever knew it
could take the session over, or empty it. It lives in the storage, not with the passwords: with the
storage the session goes, and with new passwords it stays. A second identifier in the same storage
would leave the first one's session gathering messages for nobody.
"""

import secrets
from pathlib import Path

from engine.broker.files import write_private


class EngineSession:
    """The session's identifier, and whether it exists at the broker."""

    def __init__(self, storage: Path) -> None:
        """Read the identifier, or make one for a storage that is new."""
        self._opened = storage / "engine-session-opened"
        path = storage / "engine-session-id"
        if not path.exists():
            write_private(path, f"ringfence-engine-{secrets.token_hex(8)}\n".encode())
        self.client_id = path.read_text().strip()

    @property
    def opened(self) -> bool:
        """Whether the broker holds messages for it."""
        return self._opened.exists()

    def note_opened(self) -> None:
        """Remember that it exists at the broker."""
        write_private(self._opened, b"The broker holds messages for the engine's session.\n")

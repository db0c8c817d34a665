"""The floor is asked for by every console, every few seconds: it is made once a second at most.

While a store does not answer, one request waits for it, and others do not: they get what is known
without it, and are told so.
"""

import threading
import time
from typing import Final

from api.schemas.floor import FloorOut
from api.schemas.operation import CheckOut
from api.services import Services
from api.views.floor import Stored, floor_out, stored

KEPT_S: Final = 1.0
"""Real seconds for which an answer is given again."""

PATIENCE_S: Final = 1.5
"""Real seconds for which a request waits for another one that asks the store."""

_UNANSWERED: Final = CheckOut(
    name="store", ok=False, detail="it does not answer; one request waits for it", since=None
)


class Floor:
    """The newest floor of one application. May be used by many threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._asking = threading.Lock()
        self._made: tuple[float, FloorOut] | None = None

    def at(self, services: Services) -> FloorOut:
        """Return the floor, no older than a second."""
        made = self._fresh()
        if made is not None:
            return made
        if not self._asking.acquire(timeout=PATIENCE_S):
            since = services.health().busy_since
            return floor_out(services, Stored(_UNANSWERED.model_copy(update={"since": since})))
        try:
            made = self._fresh()
            if made is None:
                made = floor_out(services, stored(services))
                self._made = time.monotonic(), made
            return made
        finally:
            self._asking.release()

    def _fresh(self) -> FloorOut | None:
        if self._made is None or time.monotonic() - self._made[0] >= KEPT_S:
            return None
        return self._made[1]

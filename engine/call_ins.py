"""Who may have missed a call-in: deadlines in columns, all of them compared with the time at once.

The rule is that of `engine.core.call_in`; the columns only spare it those of whom nothing can be
due yet: for 250,000 activations a look takes about a millisecond. Where the plan never changed they
are exact; else a deadline is no earlier than the shortest of the plans allows.
"""

import numpy as np
from numpy.typing import NDArray

from engine.columns import Columns
from engine.core.call_in import due_by
from engine.core.order import Activation
from engine.core.plan import PlanHistory
from zones.instant import Instant
from zones.interval import BEGINNING, END


class CallIns:
    """By when each of many activations has to be heard."""

    def __init__(self) -> None:
        self._columns = Columns(due=END, max_age=0, worn_until=END)

    def enter(
        self, activation: Activation, plans: PlanHistory, last_received: Instant | None
    ) -> None:
        """Expect an activation to be heard from, again and again."""
        self._columns.put(
            activation.activation_id,
            due=due_by(activation, plans, last_received, BEGINNING),
            max_age=min(plans.max_ages),
            worn_until=END if activation.ended_at is None else activation.ended_at,
        )

    def row(self, activation_id: int) -> int:
        """Return the number by which `heard` knows an activation."""
        return self._columns.row(activation_id)

    def heard(self, rows: NDArray[np.int64], due: NDArray[np.int64]) -> None:
        """Expect activations that were heard, given by their rows, again by an instant each."""
        self._columns["due"][rows] = due

    def leave(self, activation_id: int) -> None:
        """Expect nothing of an activation: it is known to be silent."""
        self._columns.put(activation_id, due=END)

    def perhaps_missed(self, now: Instant, listening_since: Instant) -> list[int]:
        """Return everyone who has missed a call-in, and few others, the longest silent first.

        Who is in it stays in it until entered anew, so a transaction that fails forgets none.
        """
        expected = self._columns["due"]
        due = np.maximum(expected, listening_since + self._columns["max_age"])
        perhaps = (expected < END) & (due <= now) & (due < self._columns["worn_until"])
        return self._columns.keys_where(perhaps, order=due)

"""To which activation of a device an instant belongs."""

from itertools import permutations

import pytest

from engine.core.activation_history import ActivationHistory
from engine.core.order import Activation
from engine.core.position import Quarantine

BEFORE, AFTER = Quarantine.BEFORE_ACTIVATION, Quarantine.AFTER_ACTIVATION


def worn(activation_id: int, started_at: int, ended_at: int | None) -> Activation:
    """Return an activation of device d1."""
    return Activation(
        activation_id=activation_id,
        wearer_id=f"w{activation_id}",
        vendor="acme",
        device_id="d1",
        started_at=started_at,
        ended_at=ended_at,
    )


REUSED = (worn(1, 100, 200), worn(2, 200, 300), worn(3, 400, None))
RETURNED = (worn(1, 100, 200),)
OVERLAPPING = (worn(1, 100, None), worn(2, 200, 300))
NEVER_WORN = (worn(1, 100, 200), worn(2, 150, 150), worn(3, 150, 140))


@pytest.mark.parametrize(
    ("activations", "time", "activation_id", "outside"),
    [
        (REUSED, 99, 1, BEFORE),
        (REUSED, 100, 1, None),
        (REUSED, 199, 1, None),
        (REUSED, 200, 2, None),
        (REUSED, 299, 2, None),
        (REUSED, 300, 3, BEFORE),
        (REUSED, 399, 3, BEFORE),
        (REUSED, 400, 3, None),
        (REUSED, 10**18, 3, None),
        (RETURNED, -(10**18), 1, BEFORE),
        (RETURNED, 200, 1, AFTER),
        (OVERLAPPING, 199, 1, None),
        (OVERLAPPING, 200, 2, None),
        (OVERLAPPING, 300, 2, AFTER),
        (NEVER_WORN, 160, 1, None),
    ],
)
def test_place(
    activations: tuple[Activation, ...],
    time: int,
    activation_id: int,
    outside: Quarantine | None,
) -> None:
    """An instant belongs to the activation around it, else to the next one, else to the last."""
    for order in permutations(activations):
        history = ActivationHistory.of(order)
        activation, reason = history.place(time)
        assert (activation.activation_id, reason) == (activation_id, outside)
        assert history.current(time) == (None if outside else activation)


def test_device_that_was_never_worn() -> None:
    """An activation that ended when it started was never worn, and places nothing."""
    history = ActivationHistory.of([worn(1, 5, 5)])
    assert history.activations == ()
    assert history.current(5) is None
    with pytest.raises(IndexError):
        history.place(5)


def test_changed_history() -> None:
    """A changed activation takes the place of the one with its id; a new one is added."""
    history = ActivationHistory.of(RETURNED).changed([worn(1, 100, 150), worn(2, 160, None)])
    assert history == ActivationHistory.of([worn(1, 100, 150), worn(2, 160, None)])
    assert history.changed([]) == history

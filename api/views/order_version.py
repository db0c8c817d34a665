"""Whether an order is still the one that somebody saw before changing it."""

from collections.abc import Sequence
from http import HTTPStatus

from api.problems import ProblemError
from engine.core.registry import Order
from zones.instant import render


def check_expected(order_id: str, versions: Sequence[Order], expected: int | None) -> None:
    """Check that no version was stored since the expected one; None: any is expected.

    Raises:
        ProblemError: one was; says by whom, when and why.
    """
    newest = versions[-1].version if versions else 0
    if expected is None or expected == newest:
        return
    if newest < expected:
        words = f"order {order_id!r} has {newest or 'no'} version(s), not {expected}: load it again"
    else:
        words = (
            f"order {order_id!r} has version {newest} by now{_noted(versions[-1])}, not "
            f"{expected}: look at what changed, then decide again"
        )
    raise ProblemError(
        HTTPStatus.CONFLICT, words, kind="order-version", members={"version": newest}
    )


def _noted(order: Order) -> str:
    by = f" by {order.recorded_by}" if order.recorded_by else ""
    at = "" if order.recorded_at is None else f" of {render(order.recorded_at)}"
    why = f" ({order.reason})" if order.reason else ""
    return f",{by}{at}{why}" if by or at or why else ""

"""Which versions of a wearer's orders bind at an instant: whom to turn to follows from them.

Of each order the newest version that binds then. If none of any order does, the newest version of
each: somebody answers for an alert also after the order has ended.
"""

from collections.abc import Iterable

from api.directory import Directory
from engine.core.registry import Order
from zones.instant import Instant


def orders_at(wearer_id: str, at: Instant, directory: Directory) -> list[Order]:
    """Return the orders of a wearer to go by at an instant, by id."""
    versions = directory.orders_of.get(wearer_id, ())
    return _newest(each for each in versions if _binds(each, at)) or _newest(versions)


def _newest(versions: Iterable[Order]) -> list[Order]:
    by_id: dict[str, Order] = {}
    for each in versions:
        known = by_id.get(each.order_id)
        if known is None or known.version < each.version:
            by_id[each.order_id] = each
    return [by_id[order_id] for order_id in sorted(by_id)]


def _binds(order: Order, at: Instant) -> bool:
    since = order.effective_from if order.version_from is None else order.version_from
    until = order.effective_until
    return max(since, order.effective_from) <= at and (until is None or at < until)

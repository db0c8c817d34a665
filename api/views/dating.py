"""The next version of a group or a class: from when on it holds, and whether it is one at all.

A first version without a date always held, a later one holds from now. What says the same as the
newest version is that version.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel

from zones.instant import Instant


class Versioned(Protocol):
    """What has versions, each with an effective date."""

    @property
    def version(self) -> int:
        """Number of the version, from 1."""
        ...

    @property
    def effective_from(self) -> Instant | None:
        """From when on the version holds; None: it always did."""
        ...


V = TypeVar("V", bound=Versioned)


def next_version(
    make: Callable[[int, Instant | None], V],
    body: BaseModel,
    given: Instant | None,
    former: Sequence[V],
    now: Instant,
) -> V:
    """Return the version a body asks for, or the newest one if it says the same.

    `make` makes it with a version and a date; `given` is the date in the body, if it has one.
    """
    dated = "effective_from" in body.model_fields_set
    if not former:
        return make(1, given)
    newest = former[-1]
    same = make(newest.version, given if dated else newest.effective_from)
    return newest if same == newest else make(1, given if dated else now)

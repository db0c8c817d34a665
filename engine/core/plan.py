"""A supervision plan says how often a device is to report; each plan counts in its own time.

Every version of an order brings its plan, in force for as long as the version is. So what was
judged under one plan is not judged again by the next: a position holds by the plan in force when it
was measured. Of several orders in force at once the strictest counts: the shortest time a last word
holds, the shortest delay of a page.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

import msgspec
from msgspec.structs import force_setattr

from zones.instant import Duration, Instant, seconds
from zones.interval import BEGINNING, END


class SupervisionPlan(msgspec.Struct, frozen=True):
    """How often a device is to report, and how long its last word holds."""

    interval_s: float = 60.0
    buffer_s: float = 240.0
    tamper_grace_s: float = 0.0
    """Seconds by which the page of a single tamper waits; what is recorded never does."""

    @property
    def max_age(self) -> Duration:
        """How long the last position holds; after that membership is unknown."""
        return seconds(self.interval_s + self.buffer_s)


PlanSpan = tuple[Instant, Instant, SupervisionPlan]
"""From when (inclusive) until when (exclusive) a plan is in force."""


class PlanHistory(msgspec.Struct, frozen=True):
    """Plans by the instants from which they count, oldest first; the first one since ever."""

    since: tuple[Instant, ...] = (BEGINNING,)
    plans: tuple[SupervisionPlan, ...] = (SupervisionPlan(),)
    max_ages: tuple[Duration, ...] = ()
    """Of each plan; made from them."""

    def __post_init__(self) -> None:
        """Refuse a history that leaves an instant without a plan, and measure its plans."""
        ordered = all(before < after for before, after in pairwise(self.since))
        if not self.plans or len(self.since) != len(self.plans) or not ordered:
            raise ValueError(f"since is {self.since}: give one rising instant for each plan")
        force_setattr(self, "max_ages", tuple(plan.max_age for plan in self.plans))

    @classmethod
    def of(cls, periods: Iterable[PlanSpan]) -> "PlanHistory":
        """Return the history of plans in force from-until (half-open), in any order.

        Where no plan is in force the one before goes on; before the first the first one counts.
        """
        each = [period for period in periods if period[0] < period[1]]
        if len(each) == 1:
            return cls(plans=(each[0][2],))
        edges = sorted({edge for start, end, _ in each for edge in (start, end)})
        since: list[Instant] = []
        plans: list[SupervisionPlan] = []
        for edge in edges:
            in_force = [plan for start, end, plan in each if start <= edge < end]
            if in_force and (not plans or plans[-1] != strictest(in_force)):
                since.append(edge if plans else BEGINNING)
                plans.append(strictest(in_force))
        return cls(tuple(since), tuple(plans)) if plans else cls()

    def at(self, instant: Instant) -> SupervisionPlan:
        """Return the plan in force at an instant."""
        return self.plans[self._index(instant)]

    def max_age_at(self, instant: Instant) -> Duration:
        """Return how long a word of that instant holds."""
        if len(self.max_ages) == 1:
            return self.max_ages[0]
        return self.max_ages[self._index(instant)]

    def due_after(self, heard: Instant) -> Instant:
        """Return by when a device last heard at an instant is to be heard again.

        A plan that takes effect meanwhile counts from when it does.
        """
        index = self._index(heard)
        due = heard + self.max_ages[index]
        for later in range(index + 1, len(self.since)):
            if self.since[later] >= due:
                break
            due = self.since[later] + self.max_ages[later]
        return due

    def _index(self, instant: Instant) -> int:
        return max(0, bisect_right(self.since, instant) - 1)


def strictest(plans: Iterable[SupervisionPlan]) -> SupervisionPlan:
    """Return the plan that asks as much as any of several, at least one."""
    every = sorted(plans, key=lambda plan: (plan.max_age, plan.interval_s))
    grace_s = min(plan.tamper_grace_s for plan in every)
    return msgspec.structs.replace(every[0], tamper_grace_s=grace_s)


def plans_differ_from(one: PlanHistory, other: PlanHistory) -> Instant:
    """Return the first instant at which two histories have different plans; END if never."""
    if one == other:
        return END
    edges = sorted({*one.since, *other.since})
    return next((edge for edge in edges if one.at(edge) != other.at(edge)), END)

"""All scenarios by name, to be played one by one or all together.

Rule: `all(start)` names a builder for each; the same start gives the same bytes. The default start
is 18:00 local time (21:00 UTC) on an ordinary Tuesday.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from simulators.scenario import Scenario
from simulators.scenarios import (
    attendance,
    beacons,
    county,
    curfew,
    delivery,
    device,
    exclusion,
    geometry,
    priority,
    proximity,
    quiet,
    silence,
    staying,
)
from zones.instant import Instant, parse

DEFAULT_START: Final[Instant] = parse("2026-03-10T21:00:00Z")

_FAMILIES: Final = (
    quiet,
    exclusion,
    curfew,
    attendance,
    staying,
    proximity,
    beacons,
    county,
    priority,
    silence,
    device,
    delivery,
    geometry,
)


def all(start: Instant = DEFAULT_START) -> dict[str, Callable[[], Scenario]]:  # noqa: A001 - read as scenarios.all
    """Return a builder for each scenario, by name; `start` is a whole minute.

    Builders raise ValueError if `start` is not a whole minute.
    """
    scripts = {name: script for family in _FAMILIES for name, script in family.SCENARIOS.items()}
    return {name: partial(script, start) for name, script in scripts.items()}

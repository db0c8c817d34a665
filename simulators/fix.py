"""A fix is what a device says of where it is: never the truth, and not always near it."""

from dataclasses import dataclass

from simulators.receiver import Mechanism
from zones.instant import Instant


@dataclass(frozen=True, slots=True)
class Fix:
    """One location estimate as a device reports it."""

    fix_time: Instant
    lat: float
    lon: float
    accuracy_m: float | None
    mechanism: Mechanism
    satellites: int | None = None
    hdop: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None

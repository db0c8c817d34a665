"""Home units: at home without a satellite, until the unit is carried away."""

from simulators import faults
from simulators.device import Event, Message, Sending
from simulators.scenario import Scenario
from simulators.scenarios.stage import BUFFER_S, INTERVAL_S, Stage
from zones.instant import Instant, seconds


def in_the_basement(start: Instant) -> Scenario:
    """No position under ground, but the home unit hears him: nothing is wrong."""
    stage = Stage(
        "beacon-in-the-basement",
        "He works in his basement, where no satellite is seen: his home unit says that he is home.",
        start,
    )
    home = stage.home("BASEMENT-HOME")
    unit = stage.beacon("HU-BASEMENT", home, "beacon-basement")

    def below(sendings: list[Sending]) -> list[Sending]:
        return faults.only_in_range(sendings, stage.at(5), stage.end, unit)

    stage.wear("beacon-basement", stage.path(), [stage.curfew(home, 10, 35)], sendings=below)
    return stage.build()


def carried_away(start: Instant) -> Scenario:
    """The unit reports that it was moved: from then on its range proves nothing."""
    stage = Stage(
        "beacon-carried-away",
        "He takes his home unit along to be home wherever he is: the unit says that it is moved.",
        start,
        needs=["device_events"],
    )
    home = stage.home("CARRIED-HOME")
    unit = stage.beacon("HU-CARRIED", home, "beacon-carried")
    taken = stage.at(20)

    def away(sendings: list[Sending]) -> list[Sending]:
        told = Message(unit, 1, taken, events=(Event("beacon_moved", "start", taken),))
        ranged = faults.only_in_range(sendings, stage.at(5), stage.end, unit)
        return [*ranged, Sending(taken + seconds(1), (told,))]

    stage.wear("beacon-carried", stage.path(), [stage.curfew(home, 10, 35)], sendings=away)
    stage.expect("beacon-carried", "beacon_moved", taken)
    overdue = taken + seconds(INTERVAL_S + BUFFER_S)
    stage.expect("beacon-carried", "location_lost", taken, started_by=overdue)
    return stage.build()


SCENARIOS = {"beacon-in-the-basement": in_the_basement, "beacon-carried-away": carried_away}

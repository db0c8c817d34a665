"""What a device says of itself, and what follows from how it is heard: each fault once."""

from simulators import faults
from simulators.device import Event, Sending
from simulators.scenario import Scenario
from simulators.scenarios.stage import BUFFER_S, INTERVAL_S, Stage
from zones.instant import MINUTE, Instant, seconds

OVERDUE_S = INTERVAL_S + BUFFER_S


def charging(start: Instant) -> Scenario:
    """The device is charged: messages say so, and the level ends."""
    stage = Stage(
        "device-charging",
        "Her battery falls to 16 % before she charges the device; no event tells, its messages do.",
        start,
    )
    home = stage.home("CHARGE-HOME")
    low, plugged, full, unplugged = (stage.at(minute) for minute in (8, 14, 20, 30))
    levels = [(low, 20.4), (plugged, 16.0), (full, 26.0), (unplugged, 60.0), (stage.end, 55.0)]

    def charge(sendings: list[Sending]) -> list[Sending]:
        falling = faults.state_battery(sendings, levels)
        return faults.state_charging(falling, plugged, unplugged)

    stage.wear("device-charged", stage.path(), [stage.curfew(home, 10, 35)], sendings=charge)
    stage.expect("device-charged", "battery_low", low, full, slack_s=90)
    return stage.expect("device-charged", "charging", plugged, unplugged).build()


def motion_without_gnss(start: Instant) -> Scenario:
    """The device moves and sees no satellite, then does again."""
    stage = Stage(
        "device-motion-without-gnss",
        "He is on the move, and his device sees no satellite for nine minutes.",
        start,
        needs=["device_events"],
    )
    home = stage.home("MOTION-HOME")
    moved, found = stage.at(12), stage.at(21)

    def lose(sendings: list[Sending]) -> list[Sending]:
        lost = faults.lose_positions(sendings, moved, found)
        return faults.raise_event(lost, Event("motion_without_gnss", "start", moved))

    stage.wear("device-motion", stage.path(), [stage.curfew(home, 5, 40)], sendings=lose)
    stage.expect("device-motion", "motion_without_gnss", moved, found)
    overdue = moved + seconds(OVERDUE_S)
    return stage.expect("device-motion", "location_lost", moved, found, started_by=overdue).build()


def no_motion(start: Instant) -> Scenario:
    """The device reports that nothing moves it, and that something does."""
    stage = Stage(
        "device-no-motion",
        "Her device lies still on the table for a quarter of an hour, and says so.",
        start,
        needs=["device_events"],
    )
    home = stage.home("STILL-HOME")
    still, moved = stage.at(10), stage.at(25)

    def rest(sendings: list[Sending]) -> list[Sending]:
        return faults.raise_pair(sendings, "no_motion", still, moved)

    stage.wear("device-still", stage.path(), [stage.curfew(home, 5, 40)], sendings=rest)
    return stage.expect("device-still", "no_motion", still, moved).build()


def alarms(start: Instant) -> Scenario:
    """Four alarms that a device raises by itself."""
    stage = Stage(
        "device-alarms",
        "He opens the case, jams and shields the device, then calls for help.",
        start,
        needs=["device_events"],
    )
    home = stage.home("ALARM-HOME")
    times = {"case_tamper": (8, 14), "jamming": (16, 20), "shielding": (22, 27), "sos": (30, 33)}
    spans = {kind: (stage.at(a), stage.at(b)) for kind, (a, b) in times.items()}

    def alarm(sendings: list[Sending]) -> list[Sending]:
        for kind, (first, last) in spans.items():
            sendings = faults.raise_pair(sendings, kind, first, last)
        return sendings

    stage.wear("device-alarmed", stage.path(), [stage.curfew(home, 5, 40)], sendings=alarm)
    for kind, (first, last) in spans.items():
        stage.expect("device-alarmed", kind, first, last)
    return stage.build()


def tamper_repeated(start: Instant) -> Scenario:
    """Three strap alarms of half a minute each."""
    stage = Stage(
        "device-tamper-repeated",
        "Three times he works at the strap for half a minute: each is an alarm, all are one more.",
        start,
        needs=["device_events"],
    )
    home = stage.home("WORKED-HOME")
    times = [(stage.at(minute), stage.at(minute + 0.5)) for minute in (10, 18, 26)]

    def work(sendings: list[Sending]) -> list[Sending]:
        for first, last in times:
            sendings = faults.raise_pair(sendings, "strap_tamper", first, last)
        return sendings

    stage.wear("device-worked", stage.path(), [stage.curfew(home, 5, 40)], sendings=work)
    for first, last in times:
        stage.expect("device-worked", "strap_tamper", first, last)
    return stage.expect("device-worked", "tamper_repeated", times[0][0]).build()


def sequence_gap(start: Instant) -> Scenario:
    """Messages that never arrive, and others that arrive late."""
    stage = Stage(
        "device-sequence-gap",
        "Three minutes of her messages are lost for good; three others only come late.",
        start,
    )
    home = stage.home("GAP-HOME")
    lost, late = (stage.at(10), stage.at(13)), (stage.at(20), stage.at(23))

    def lose(sendings: list[Sending]) -> list[Sending]:
        return faults.offline(faults.silence(sendings, *lost), *late)

    stage.wear("device-gap", stage.path(), [stage.curfew(home, 5, 40)], sendings=lose)
    return stage.expect("device-gap", "sequence_gap", lost[0], started_by=lost[1]).build()


def never_reported(start: Instant) -> Scenario:
    """A device is put on and says nothing for a while."""
    stage = Stage(
        "device-never-reported",
        "The device on his ankle says nothing until ten minutes after it was put on.",
        start,
    )
    home = stage.home("FIRST-HOME")
    first = stage.at(10)

    def mute(sendings: list[Sending]) -> list[Sending]:
        return faults.silence(sendings, stage.start, first)

    stage.wear("device-first", stage.path(), [stage.curfew(home, 15, 40)], sendings=mute)
    due = stage.start + seconds(OVERDUE_S)
    return stage.expect("device-first", "never_reported", due, first).build()


def clock_repaired(start: Instant) -> Scenario:
    """A clock a day ahead, until the device finds satellites."""
    stage = Stage(
        "device-clock-skew",
        "His device runs with its clock a day ahead for two minutes; nothing is held against him.",
        start,
    )
    home = stage.home("AHEAD-HOME")
    wrong, right = stage.at(10), stage.at(12)

    def skew(sendings: list[Sending]) -> list[Sending]:
        return faults.skew_clock(sendings, wrong, right, 24 * 60 * MINUTE)

    stage.wear("device-ahead", stage.path(), [stage.curfew(home, 5, 40)], sendings=skew)
    return stage.expect("device-ahead", "clock_skew", wrong, right).build()


SCENARIOS = {
    "device-charging": charging,
    "device-motion-without-gnss": motion_without_gnss,
    "device-no-motion": no_motion,
    "device-alarms": alarms,
    "device-tamper-repeated": tamper_repeated,
    "device-sequence-gap": sequence_gap,
    "device-never-reported": never_reported,
    "device-clock-skew": clock_repaired,
}

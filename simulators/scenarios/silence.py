"""Silence: no messages, messages without a position, and what a device says before it dies."""

from simulators import faults
from simulators.device import Sending
from simulators.scenario import Scenario
from simulators.scenarios.exclusion import CENTRE, visit
from simulators.scenarios.stage import BUFFER_S, INTERVAL_S, Stage, exclusion
from zones.instant import Instant, seconds


def silent(start: Instant) -> Scenario:
    """No message any more: missed call-in, and no violation of the curfew."""
    stage = Stage(
        "silence-missed-call-in",
        "The device at his home falls silent: a missed call-in, not a broken curfew.",
        start,
    )
    home = stage.home("SILENT-HOME")
    path = stage.path()

    def mute(sendings: list[Sending]) -> list[Sending]:
        return faults.silence(sendings, stage.at(15), stage.end)

    stage.wear("silence-silent", path, [stage.curfew(home, 10, 35)], sendings=mute)
    last = stage.at(15)
    stage.expect("silence-silent", "missed_call_in", last, started_by=_overdue(last))
    return stage.build()


def without_position(start: Instant) -> Scenario:
    """Messages without a position: location lost, until the next position."""
    stage = Stage(
        "silence-location-lost",
        "Her device calls in but finds no position for a quarter of an hour.",
        start,
    )
    home = stage.home("LOST-HOME")
    path = stage.path()
    lost, found = stage.at(12), stage.at(28)

    def lose(sendings: list[Sending]) -> list[Sending]:
        return faults.lose_positions(sendings, lost, found)

    stage.wear("silence-lost", path, [stage.curfew(home, 10, 35)], sendings=lose)
    stage.expect("silence-lost", "location_lost", lost, found, started_by=_overdue(lost))
    return stage.build()


def bulk_upload(start: Instant) -> Scenario:
    """Offline, then everything at once: the violation is found, late."""
    stage = Stage(
        "silence-bulk-upload",
        "Out of coverage for 18 minutes he visits the park he must avoid; the upload tells.",
        start,
    )
    zone = stage.circle("BULK-PARK", *CENTRE, 150)
    path = stage.path().stay(420)
    entered, left = visit(path, 240)
    gone, back = stage.at(8), stage.at(26)

    def cut_off(sendings: list[Sending]) -> list[Sending]:
        return faults.offline(sendings, gone, back, batch=25)

    stage.wear("silence-bulk", path, [exclusion(zone)], sendings=cut_off)
    stage.expect(
        "silence-bulk", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    stage.expect("silence-bulk", "missed_call_in", gone, back, started_by=_overdue(gone))
    return stage.build()


def cut_strap(start: Instant) -> Scenario:
    """The strap is cut."""
    stage = Stage(
        "device-cut-strap",
        "He cuts the strap and leaves the device at home.",
        start,
        needs=["device_events"],
    )
    home = stage.home("STRAP-HOME")
    cut = stage.at(16)

    def snip(sendings: list[Sending]) -> list[Sending]:
        return faults.cut_strap(sendings, cut)

    stage.wear("device-strap", stage.path(), [stage.curfew(home, 10, 35)], sendings=snip)
    return stage.expect("device-strap", "strap_tamper", cut).build()


def flat_battery(start: Instant) -> Scenario:
    """The battery runs flat, and the device falls silent."""
    stage = Stage(
        "device-flat-battery",
        "She does not charge the device: low, critical, dead, and then silence.",
        start,
        needs=["device_events"],
    )
    home = stage.home("FLAT-HOME")
    low, critical, dead = stage.at(6), stage.at(14), stage.at(22)

    def drain(sendings: list[Sending]) -> list[Sending]:
        return faults.flat_battery(sendings, low, critical, dead)

    stage.wear("device-flat", stage.path(), [stage.curfew(home, 10, 35)], sendings=drain)
    stage.expect("device-flat", "battery_low", low, critical)
    stage.expect("device-flat", "battery_critical", critical, dead)
    stage.expect("device-flat", "battery_dead", dead)
    stage.expect("device-flat", "missed_call_in", dead, started_by=_overdue(dead))
    return stage.build()


def _overdue(last: Instant) -> Instant:
    """Return when the next word is overdue, if the last came at `last`."""
    return last + seconds(INTERVAL_S + BUFFER_S)


SCENARIOS = {
    "silence-missed-call-in": silent,
    "silence-location-lost": without_position,
    "silence-bulk-upload": bulk_upload,
    "device-cut-strap": cut_strap,
    "device-flat-battery": flat_battery,
}

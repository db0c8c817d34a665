"""One sentence about an alert, as a person at the desk would say it.

"Outside home since 22:14, 38 min into curfew; up to 1,240 m away, accuracy 9 m, certain"

It says no more than the evidence does. Times are minutes by the wearer's clocks; a start that lies
anywhere in a quarter of an hour or more is told as that interval, one that nothing is known before
as the latest it can be. A day is named where the time alone would be taken for another. Distances
are rounded to what their accuracy bears. The account of an episode for the record, with full dates
and every number, is `core.account`.
"""

from collections.abc import Callable
from typing import Final

from engine.core.alert import Alert
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import Bound, EpisodeKind, EpisodeState
from engine.core.gist import Depth, Gist
from engine.core.subject import person_of
from engine.core.words import CERTAIN
from zones.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from zones.wallclock import EARLIEST, LATEST, local

SHARP: Final[Duration] = 3 * MINUTE
"""A bound no wider is told to the minute, a wider one with "about"."""

WIDE: Final[Duration] = 15 * MINUTE
"""A bound as wide or wider is told as an interval."""

LONG_AGO: Final[Duration] = 12 * HOUR
"""From then on, on another day, the day of the week is told too; after six days also the date."""

_K = EpisodeKind
SAID: Final[dict[EpisodeKind, str]] = {
    _K.EXCLUSION_ENTERED: "Inside {zone} {when}",
    _K.EXCLUSION_PRESENT_AT_START: "Inside {zone} {when}, there already when it came into force",
    _K.INCLUSION_LEFT: "Outside {zone} {when}",
    _K.CURFEW_ABSENT_AT_START: "Not at {zone} {when}, not seen there when the curfew began",
    _K.CURFEW_LATE_RETURN: "Came to {zone} late for the curfew: absent {when}",
    _K.CURFEW_LEFT_DURING: "Outside {zone} {when}{into}",
    _K.CURFEW_OUT_AT_END: "Outside {zone} {when}{into}, not back when the curfew ended",
    _K.CURFEW_OUT_ENTIRE: "Not at {zone} for the whole curfew, {when}",
    _K.ATTENDANCE_LATE: "Due at {zone} and not there {when}",
    _K.ATTENDANCE_LEFT_EARLY: "Left {zone} early: due and not there {when}",
    _K.ATTENDANCE_MISSED: "Did not attend {zone}: due and not there {when}",
    _K.ATTENDANCE_UNVERIFIED: "Not known whether {zone} was attended {when}",
    _K.MISSED_CALL_IN: "Nothing received from the device {silent}",
    _K.NEVER_REPORTED: "Nothing ever received from the device: put on {silent}",
    _K.LOCATION_LOST: "The device is heard, where it is is not known {when}",
    _K.PROXIMITY: "Too near to {zone} {when}",
    _K.COUNTERPART_UNKNOWN: "Not known how far from {zone} {when}",
    _K.BUFFER_ENTERED: "In the ring round {zone} {when}",
    _K.POSSIBLE_TRANSIT: "May have crossed {zone} {when}: seen on both sides of it, not inside",
    _K.STRAP_TAMPER: "Strap tamper {when}",
    _K.CASE_TAMPER: "Case tamper {when}",
    _K.JAMMING: "Jamming of the device {when}",
    _K.SHIELDING: "Shielding of the device {when}",
    _K.SOS: "Called for help (SOS) {when}",
    _K.BATTERY_DEAD: "Battery dead {when}",
    _K.BATTERY_CRITICAL: "Battery critical {when}",
    _K.BATTERY_LOW: "Battery low {when}",
    _K.BEACON_MOVED: "Home unit moved {when}: its range proves nothing",
    _K.BEACON_POWER_LOST: "Home unit without power {when}",
    _K.CHARGING: "Charging {when}",
    _K.MOTION_WITHOUT_GNSS: "Moving without satellite positions {when}",
    _K.NO_MOTION: "No motion of the device {when}",
    _K.SEQUENCE_GAP: "Messages of the device missing {when}",
    _K.CLOCK_SKEW: "The clock of the device is wrong {when}",
    _K.IMPLAUSIBLE_POSITION: "Positions that nobody could have reached {when}",
    _K.TAMPER_REPEATED: "Repeated tampering {when}",
    _K.POSITION_WITHOUT_ACTIVATION: "Reports of a device that nobody wears {when}",
    _K.INGEST_STALLED: "Ringfence takes in nothing {when}",
    _K.BACKLOG: "Messages wait to be judged {when}",
    _K.VENDOR_SILENT: "Nothing received from the whole vendor {when}",
    _K.COVERAGE_GAP: "Ringfence could not be relied on {when}",
    _K.CAPACITY_FORECAST: "The store runs out of room: foreseen {when}",
    _K.CANARY_LOST: "A test message did not come through {when}",
}
"""What happened, as it runs and when it is over: `{when}` is "since 22:14" or "from 22:14 to …"."""

_BY_POSITIONS: Final = frozenset(kind for kind in _K if "{zone}" in SAID[kind])
_UNSURE_BY_NATURE: Final = frozenset({_K.POSSIBLE_TRANSIT, _K.ATTENDANCE_UNVERIFIED})
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "",
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_WHOLE_METRES_TO: Final = 1_000.0
_KILOMETRES_FROM: Final = 10_000.0


def sentence(
    alert: Alert, gist: Gist, place: Callable[[str], str], timezone: str, now: Instant
) -> str:
    """Return why there is an alert, as of `now`, by the clocks of a time zone.

    `gist` is that of its newest standing episode; `place` gives the name of a zone by its id.
    """
    clock = _clock_of(timezone, now)
    said = _what(gist, place, clock)
    about = _about(alert)
    if alert.retracted:
        return f"Retracted, by evidence that came later it did not happen: {said}{about}"
    parts = [
        f"{said}{about}",
        "" if gist.depth is None else _how_far(gist, gist.depth),
        _presence(gist),
        _uncapitalised(gist.detail.rstrip(".")),
        _standing(gist, clock),
        "" if alert.count < 2 else f"{alert.count} times in this alert",
    ]
    return "; ".join(part for part in parts if part)


def _what(gist: Gist, place: Callable[[str], str], clock: Callable[[Instant], str]) -> str:
    zone = gist.zone_id or ""
    person_id = person_of(zone)
    named = place(zone) if zone else "the place"
    return SAID[gist.kind].format(
        zone=named if person_id is None else f"protected person {person_id}",
        when=_when(gist.started, gist.ended, clock),
        into=_into(gist) if "{into}" in SAID[gist.kind] else "",
        silent=_silent(gist, clock) if gist.kind in ABOUT_ARRIVAL else "",
    )


def _about(alert: Alert) -> str:
    kind, _, name = alert.subject.partition("/")
    words = {"vendor": "vendor {}", "device": "device {}", "protected": "protected person {}"}
    return f" ({words[kind].format(name)})" if kind in words else ""


def _when(started: Bound, ended: Bound | None, clock: Callable[[Instant], str]) -> str:
    if ended is None:
        return f"since {_end(started, clock)}"
    wide = max(_spread(started) or 0, _spread(ended) or 0)
    if wide <= SHARP and clock(started.estimate) == clock(ended.estimate):
        at, lasted = clock(started.estimate), ended.estimate - started.estimate
        return f"at {at}, for {length_of(lasted)}" if lasted >= SECOND else f"at {at}"
    about = "" if wide <= SHARP else "about "
    length = f" ({about}{length_of(ended.estimate - started.estimate)})" if wide < WIDE else ""
    begun, over = _end(started, clock), _end(ended, clock)
    day = begun.rpartition(" ")[0]
    if day and over.rpartition(" ")[0] == day:
        over = over.rpartition(" ")[2]
    return f"from {begun} to {over}{length}"


def _uncapitalised(words: str) -> str:
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _spread(bound: Bound) -> Duration | None:
    return None if bound.after is None else bound.by - bound.after


def _end(bound: Bound, clock: Callable[[Instant], str]) -> str:
    spread = _spread(bound)
    if spread is None:
        return f"{clock(bound.by)} at the latest"
    if spread <= SHARP:
        return clock(bound.estimate)
    if spread < WIDE or bound.after is None:
        return f"about {clock(bound.estimate)}"
    return f"some time between {clock(bound.after)} and {clock(bound.by)}"


def _silent(gist: Gist, clock: Callable[[Instant], str]) -> str:
    """Return since when nothing was received: since the last that was, not since it was due."""
    heard = gist.started.by if gist.started.after is None else gist.started.after
    never = gist.kind is EpisodeKind.NEVER_REPORTED
    due = f"{clock(heard)}, due by {clock(gist.started.by)}"
    if gist.ended is None:
        return due if never else f"since {due}"
    until = clock(gist.ended.by)
    return f"{due}, first heard at {until}" if never else f"since {due}, heard again at {until}"


def _into(gist: Gist) -> str:
    """Return how far into the curfew it began, if that is known to the minute."""
    start, spread = gist.window_start, _spread(gist.started)
    if start is None or spread is None or spread > SHARP:
        return ""
    into = gist.started.estimate - start
    return f", {length_of(into)} into curfew" if into >= MINUTE else ", as the curfew began"


def _how_far(gist: Gist, depth: Depth) -> str:
    if gist.kind is EpisodeKind.POSSIBLE_TRANSIT:
        return ""
    if depth.by_beacon:
        return "in the range of a beacon there, certain"
    # In a ring the probability is that of the zone within it, and the farthest may be the nearest.
    ring = gist.kind is EpisodeKind.BUFFER_ENTERED
    sure = "" if ring else f", {_sure(depth)}"
    if depth.keep_m is not None:
        apart, give = metres(depth.metres, depth.accuracy_m), metres(depth.accuracy_m, 0)
        return f"{apart} apart, give or take {give}, {metres(depth.keep_m, 0)} to be kept{sure}"
    several = gist.several and not ring
    side = "inside" if depth.metres >= 0 else "away"
    far = metres(abs(depth.metres), depth.accuracy_m)
    accuracy = metres(depth.accuracy_m, 0)
    return f"{'up to ' if several else ''}{far} {side}, accuracy {accuracy}{sure}"


def _sure(depth: Depth) -> str:
    within = depth.keep_m is not None or depth.metres >= 0
    sure = depth.probability_inside if within else 1.0 - depth.probability_inside
    if sure > CERTAIN:
        return "certain"
    return "more than 99 % sure" if sure >= 0.99 else f"{100 * sure:.0f} % sure"


def _presence(gist: Gist) -> str:
    if not gist.presence_s:
        return ""
    return f"seen there for {length_of(round(gist.presence_s * SECOND))}"


def _standing(gist: Gist, clock: Callable[[Instant], str]) -> str:
    """Return what is not sure of it: too little evidence, or none since."""
    by_nature = gist.kind in _UNSURE_BY_NATURE or gist.kind not in _BY_POSITIONS
    if gist.state is EpisodeState.BRIEF and not by_nature:
        return "over before the evidence was enough"
    if gist.state is EpisodeState.PENDING:
        return "the evidence is not enough yet"
    if gist.ended is None and gist.unconfirmed_since is not None:
        return f"not known where since {clock(gist.unconfirmed_since)}"
    return ""


def metres(distance_m: float, accuracy_m: float) -> str:
    """Return a distance in words, rounded to what its accuracy bears."""
    step = 1 if distance_m < _WHOLE_METRES_TO and accuracy_m < 20 else 10
    step = step if accuracy_m < 100 else 50
    if distance_m >= _KILOMETRES_FROM:
        return f"{distance_m / 1000:,.0f} km" if step > 10 else f"{distance_m / 1000:,.1f} km"
    rounded = round(distance_m / step) * step
    if rounded:
        return f"{rounded:,} m"
    return f"less than {step} m"


def length_of(duration: Duration) -> str:
    """Return a length of time in words, whole minutes from two minutes on."""
    if duration < 2 * MINUTE:
        return f"{max(0, duration) // SECOND} s"
    if duration >= 2 * DAY:
        days, hours = divmod(round(duration / HOUR), 24)
        return f"{days} d {hours} h" if hours else f"{days} d"
    hours, minutes = divmod(round(duration / MINUTE), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _clock_of(timezone: str, now: Instant) -> Callable[[Instant], str]:
    """Return what tells an instant to the minute by the clocks of a time zone, as of now."""
    today = local(now, timezone).date()

    def clock(instant: Instant) -> str:
        if not EARLIEST <= instant <= LATEST:
            return "ever"
        then, ago = local(instant, timezone), abs(now - instant)
        time = f"{then.hour:02}:{then.minute:02}"
        if ago < LONG_AGO or then.date() == today:
            return time
        day = _DAYS[then.weekday()]
        return (
            f"{day} {time}" if ago < 6 * DAY else f"{day} {then.day} {_MONTHS[then.month]} {time}"
        )

    return clock

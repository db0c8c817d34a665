"""Schedules that are not stored, and clock changes, on the wire."""

from api.problems import field_error, invalid
from api.schemas.condition import ScheduleIn
from api.schemas.fields import local_text
from api.schemas.schedule import ClockChangeOut
from engine.core.condition_schedule import read_schedule
from engine.core.condition_wire import ConditionError, ScheduleJson, decode
from zones.clock_change import next_clock_change
from zones.instant import SECOND, Instant
from zones.schedule import Schedule


def read_draft(body: ScheduleIn, path: str) -> Schedule:
    """Return a schedule that is not stored; `path` is where it stands in the request.

    Raises:
        ProblemError: what is wrong with which field.
    """
    fields = body.model_dump(mode="json", exclude={"timezone"})
    try:
        return read_schedule(decode(fields, ScheduleJson), body.timezone)
    except ConditionError as error:
        where = ".".join(part for part in (path, error.path) if part)
        raise invalid([field_error(where, error.fix, error.value)]) from None


def clock_change_out(timezone: str, since: Instant) -> ClockChangeOut | None:
    """Return the next change of the clocks of a zone after an instant."""
    found = next_clock_change(timezone, since)
    if found is None:
        return None
    return ClockChangeOut(
        at=found.at,
        before_local=found.before.isoformat(),
        after_local=local_text(found.at, timezone),
        shift_s=found.shift / SECOND,
    )

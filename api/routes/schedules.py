"""Schedules: what they mean in the next days, stored or not yet, and as a calendar."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.directory import Directory
from api.openapi import refusals
from api.problems import ProblemError, not_found
from api.routes.parameters import ConditionId, OrderId
from api.schemas.condition import ScheduleIn
from api.schemas.finding import finding_out
from api.schemas.schedule import Preview, PreviewQuery, PreviewRow
from api.shell import AtHand
from api.views.schedule import clock_change_out, read_draft
from zones.ical import write_ical
from zones.instant import DAY, Instant
from zones.interval import BEGINNING, END
from zones.preview import preview
from zones.schedule import Schedule
from zones.schedule_lint import lint_schedule

router = APIRouter(prefix="/v1", tags=["schedules"])

_OF_CONDITION = "/orders/{order_id}/conditions/{condition_id}/schedule"


@router.get(
    f"{_OF_CONDITION}/preview",
    operation_id="preview_condition_schedule",
    summary="What a condition's schedule means",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def preview_condition_schedule(
    shell: AtHand,
    order_id: OrderId,
    condition_id: ConditionId,
    query: Annotated[PreviewQuery, Query()],
) -> Preview:
    """Return the windows of a condition in the next days, by local clocks and in UTC."""
    with shell.read() as (_, directory):
        schedule = _schedule(order_id, condition_id, directory)
    return _preview(schedule, query, shell.now())


@router.get(
    f"{_OF_CONDITION}/calendar",
    operation_id="get_condition_calendar",
    summary="A condition's schedule as iCalendar",
    response_class=Response,
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    | {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
def get_condition_calendar(shell: AtHand, order_id: OrderId, condition_id: ConditionId) -> Response:
    """Return the schedule of a condition for other calendars (RFC 5545).

    409 if it has a time with a fraction of a second, which iCalendar cannot express.
    """
    with shell.read() as (_, directory):
        schedule = _schedule(order_id, condition_id, directory)
    try:
        text = write_ical(schedule)
    except ValueError as error:
        raise ProblemError(HTTPStatus.CONFLICT, str(error)) from None
    return Response(text, media_type="text/calendar; charset=utf-8")


@router.post(
    "/schedules/preview",
    operation_id="preview_schedule",
    summary="What a schedule would mean",
    responses=refusals(body=True),
)
def preview_schedule(
    shell: AtHand, body: ScheduleIn, query: Annotated[PreviewQuery, Query()]
) -> Preview:
    """Return the windows of a schedule that is not stored."""
    return _preview(read_draft(body, "body"), query, shell.now())


def _schedule(order_id: str, condition_id: str, directory: Directory) -> Schedule:
    versions = directory.orders.get(order_id)
    if not versions:
        raise not_found("order", order_id)
    for condition in versions[-1].conditions:
        if condition.condition_id == condition_id:
            return condition.schedule
    raise not_found(f"condition in order {order_id!r} with id", condition_id)


def _preview(schedule: Schedule, query: PreviewQuery, now: Instant) -> Preview:
    start = now if query.from_ is None else query.from_
    rows = preview(schedule, start, query.days)
    return Preview(
        timezone=schedule.timezone,
        start=start,
        until=start + query.days * DAY,
        windows=[
            PreviewRow(
                start=None if row.start == BEGINNING else row.start,
                end=None if row.end == END else row.end,
                start_local=row.start_local,
                end_local=row.end_local,
                length_s=row.length_s,
                places=list(row.places),
                note=row.note,
            )
            for row in rows
        ],
        findings=[finding_out(each) for each in lint_schedule(schedule, now)],
        next_clock_change=clock_change_out(schedule.timezone, start),
    )

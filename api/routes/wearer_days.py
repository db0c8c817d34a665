"""One wearer now, day by day, and what became of the conditions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Path, Query

from api.openapi import refusals
from api.problems import field_error, invalid, not_found
from api.routes.parameters import WearerId
from api.schemas.fields import LocalDate
from api.schemas.wearer import StatusOut
from api.schemas.wearer_day import ComplianceOut, ComplianceQuery, DayOut
from api.shell import AtHand, Shell
from api.views.compliance import compliance_out
from api.views.wearer_day import Day, day_out
from api.views.wearer_now import Asked, status_out
from engine.core.registry import Wearer
from engine.hindsight import CaseFile
from zones.local_day import date_at, local_day

router = APIRouter(prefix="/v1/wearers/{wearer_id}", tags=["wearers"])

_FIRST: Final = date(1900, 1, 2)
_LAST: Final = date(2199, 12, 30)

DayDate = Annotated[
    LocalDate,
    Path(
        alias="date",
        description="A day by the wearer's clocks, YYYY-MM-DD.",
        examples=["2026-03-01"],
    ),
]


class _About(NamedTuple):
    asked: Asked
    wearer: Wearer
    case_file: CaseFile


@contextmanager
def _about(shell: Shell, wearer_id: str) -> Iterator[_About]:
    """Begin to answer about a wearer.

    Raises:
        ProblemError: there is none with this id.
    """
    with shell.read() as (transaction, directory):
        wearer = directory.wearers.get(wearer_id)
        if wearer is None:
            raise not_found("wearer", wearer_id)
        asked = Asked(transaction, directory, shell.services, shell.now())
        yield _About(asked, wearer, shell.case_files.of(directory, wearer_id))


@router.get(
    "/status",
    operation_id="get_wearer_status",
    summary="One wearer as they are now",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_status(shell: AtHand, wearer_id: WearerId) -> StatusOut:
    """Return where the wearer is, how sure that is, and how each condition stands, and why."""
    with _about(shell, wearer_id) as about:
        return status_out(*about)


@router.get(
    "/days/{date}",
    operation_id="get_wearer_day",
    summary="One local day of a wearer",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_day(shell: AtHand, wearer_id: WearerId, day: DayDate) -> DayOut:
    """Return the track of a day by the wearer's clocks, summed up: stops, gaps, episodes."""
    _check(day, "path.date")
    with _about(shell, wearer_id) as (asked, wearer, case_file):
        span = local_day(day, wearer.timezone)
        if span is None:
            fix = f"was skipped by the clocks of {wearer.timezone}: ask for the day after"
            raise invalid([field_error("path.date", fix, day.isoformat())])
        return day_out(asked.transaction, Day(wearer, case_file, day, span, asked.now))


@router.get(
    "/compliance",
    operation_id="get_wearer_compliance",
    summary="What became of a wearer's conditions, day by day",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_compliance(
    shell: AtHand, wearer_id: WearerId, query: Annotated[ComplianceQuery, Query()]
) -> ComplianceOut:
    """Return for each local day and condition how long it was kept, broken, unknown, permitted."""
    with _about(shell, wearer_id) as (asked, wearer, case_file):
        last = date_at(asked.now, wearer.timezone)
        first = last - timedelta(days=query.days - 1) if query.from_ is None else query.from_
        _check(first, "query.from")
        _check(first + timedelta(days=query.days), "query.from")
        return compliance_out(asked.transaction, wearer, case_file, first, query.days, asked.now)


def _check(day: date, field: str) -> None:
    if not _FIRST <= day <= _LAST:
        raise invalid([field_error(field, "is not in the years 1900 to 2199", day.isoformat())])

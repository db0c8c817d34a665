"""`ringfence schedules`: work on hours before they are stored."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer
from rich.console import Console

from engine.commands.findings import print_findings, written
from engine.core.condition_json import read_condition
from engine.core.condition_lint import lint_condition
from engine.core.condition_schedule import read_schedule
from engine.core.condition_wire import ConditionError, ScheduleJson, decode
from engine.settings import Settings
from zones.finding import Finding, FindingSeverity
from zones.ical import read_ical
from zones.instant import Instant, parse
from zones.schedule_lint import lint_schedule

app = typer.Typer(help="Work on hours before they are stored.", no_args_is_help=True)


class Linted(NamedTuple):
    """A schedule of a file, by its place in it."""

    place: str
    findings: tuple[Finding, ...]


@app.callback()
def _schedules() -> None:
    """Work on hours before they are stored."""


@app.command()
def lint(
    file: Annotated[
        Path, typer.Argument(help="An order, a list of orders, or a schedule (JSON, iCalendar).")
    ],
    timezone: Annotated[
        str, typer.Option(help="IANA zone of the clocks, where the file does not say.")
    ] = "UTC",
    at: Annotated[str, typer.Option(help="As of this time (RFC 3339); now if left out.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what in hours is likely not what was meant; exit with 1 if an error is among it."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        now = parse(at) if at else Settings().clock().now()
        linted = list(_linted(file.read_bytes(), timezone, now))
    except (ConditionError, ValueError, OSError) as error:
        console.print(f"{file}: {error}", style="red", markup=False)
        raise typer.Exit(2) from None
    if as_json:
        found = {each.place: [written(finding) for finding in each.findings] for each in linted}
        typer.echo(msgspec.json.encode(found).decode())
    else:
        for each in linted:
            print_findings(console, f"{file}: {each.place}".rstrip(": "), each.findings)
    every = (finding for each in linted for finding in each.findings)
    if any(each.severity is FindingSeverity.ERROR for each in every):
        raise typer.Exit(1)


def _linted(text: bytes, timezone: str, now: Instant) -> Iterator[Linted]:
    if text.lstrip().startswith(b"BEGIN:VCALENDAR"):
        yield Linted("", lint_schedule(read_ical(text.decode(), timezone), now))
        return
    try:
        document = msgspec.json.decode(text)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{error}: give JSON or iCalendar") from None
    orders = document if isinstance(document, list) else [document]
    for i, each in enumerate(orders):
        if not isinstance(each, Mapping):
            raise ValueError(f"[{i}]: {each!r} is no order and no schedule: give an object")  # noqa: TRY004
        place = f"[{i}]" if isinstance(document, list) else ""
        yield from _of_object(each, place, timezone, now)


def _of_object(
    data: Mapping[str, object], place: str, timezone: str, now: Instant
) -> Iterator[Linted]:
    zone = data.get("timezone", timezone)
    zone = zone if isinstance(zone, str) else timezone
    conditions = data.get("conditions")
    if not isinstance(conditions, list):
        if "kind" in data:
            yield Linted(place, lint_condition(read_condition(data, zone), now))
            return
        fields = {name: value for name, value in data.items() if name != "timezone"}
        yield Linted(place, lint_schedule(read_schedule(decode(fields, ScheduleJson), zone), now))
        return
    for i, each in enumerate(conditions):
        where = f"{place}.conditions[{i}]".removeprefix(".")
        try:
            condition = read_condition(each, zone)
        except ConditionError as error:
            raise ValueError(f"{where}.{error}") from None
        yield Linted(f"{where} ({condition.condition_id})", lint_condition(condition, now))

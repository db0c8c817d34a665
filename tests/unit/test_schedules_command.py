"""`ringfence schedules lint` reads what people have: orders, schedules, calendars."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import application

HOURS = {"weekly": [{"days": "mon-sat", "start": "22:00", "end": "06:00"}]}
CURFEW = {"id": "c", "kind": "curfew", "zone": "H"} | HOURS
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20260303T100000
DTEND:20260304T110000
END:VEVENT
END:VCALENDAR
"""


def lint(path: Path, *arguments: str, code: int = 0) -> str:
    """Return what the command prints."""
    command = ["schedules", "lint", str(path), "--at", "2026-03-01T00:00:00Z", *arguments]
    done = CliRunner().invoke(application(), command)
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (HOURS, ""),
        (CURFEW, ""),
        ({"order_id": "o", "conditions": [CURFEW]}, "conditions[0] (c)"),
        ([{"wearer": "*", "conditions": [CURFEW]}], "[0].conditions[0] (c)"),
    ],
)
def test_orders_conditions_and_schedules_are_read(
    tmp_path: Path,
    content: object,
    place: str,
) -> None:
    """Each finding stands beside the place of its condition."""
    file = tmp_path / "hours.json"
    file.write_text(json.dumps(content))
    found = json.loads(lint(file, "--json"))
    assert [each["code"] for each in found[place]] == ["day_forgotten"]
    assert "weekly[0] warning day_forgotten: 22:00 to 06:00" in lint(file)


def test_a_calendar_is_read_by_the_clocks_given(tmp_path: Path) -> None:
    """ICalendar without a zone of its own goes by --timezone."""
    file = tmp_path / "hours.ics"
    file.write_text(CALENDAR.replace("\n", "\r\n"))
    assert "long_window: a window of 25 hours" in lint(file, "--timezone", "Europe/Berlin")


def test_an_error_among_the_findings_is_exit_code_1(tmp_path: Path) -> None:
    """Hours that are never in force; what cannot be read at all is 2."""
    file = tmp_path / "hours.json"
    never = {"effective_from": "2026-03-02T08:00:00Z", "effective_until": "2026-03-02T09:00:00Z"}
    file.write_text(json.dumps(HOURS | never))
    assert "never_in_force" in lint(file, code=1)
    file.write_text("{")
    assert "give JSON or iCalendar" in lint(file, code=2)
    file.write_text(json.dumps(HOURS | {"weeky": []}))
    assert "weeky" in lint(file, code=2)

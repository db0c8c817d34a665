"""Findings of the linters on the wire."""

from pydantic import Field

from api.schemas.fields import Wire
from zones.finding import Finding, FindingSeverity


class FindingOut(Wire):
    """Something that is allowed, and likely not what was meant. It is stored all the same."""

    code: str = Field(description="What it is, for programs.", examples=["day_forgotten"])
    severity: FindingSeverity = Field(
        description="`error`: it cannot do what it is for; `warning`: likely not what was meant; "
        "`note`: worth knowing.",
        examples=["warning"],
    )
    message: str = Field(
        description="What it is, in words.",
        examples=["22:00 to 06:00 is in force on every day but Sunday: add the day, if …"],
    )
    path: str = Field(
        description="Where it is; empty for the whole of it.", examples=["conditions[0].weekly[0]"]
    )
    details: list[dict[str, str | float | bool | None]] = Field(
        description="The numbers and times in it.", examples=[[{"day": "sun"}]]
    )


def finding_out(finding: Finding, place: str = "") -> FindingOut:
    """Return a finding, with the place of what it is in."""
    return FindingOut(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        path=".".join(part for part in (place, finding.path) if part),
        details=[dict(each) for each in finding.details],
    )

"""Findings of the linters, as lines for people and as JSON."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console

from zones.finding import Finding, FindingSeverity

_STYLES: Final = {
    FindingSeverity.ERROR: "red",
    FindingSeverity.WARNING: "yellow",
    FindingSeverity.NOTE: "",
}
_MOST_TIMES: Final = 8


def written(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": finding.path,
        "details": [dict(each) for each in finding.details],
    }


def print_findings(console: Console, where: str, findings: Sequence[Finding]) -> None:
    """Print findings, each on a line with its place; times and their UTC on lines below."""
    if not findings:
        console.print(f"{where}: no findings", markup=False)
    for each in findings:
        path = f" {each.path}" if each.path else ""
        line = f"{where}:{path} {each.severity} {each.code}: {each.message}"
        console.print(line, style=_STYLES[each.severity], markup=False)
        for details in each.details[:_MOST_TIMES]:
            if "start_local" in details and len(each.details) > 1:
                local = f"{details['start_local']} to {details['end_local']}"
                utc = f"{details['start']} to {details['end']}"
                console.print(f"    {local}  UTC {utc}", markup=False)

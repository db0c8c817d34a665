"""A finding is something in a zone or a schedule that is allowed, and likely not what was meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Detail = str | float | bool | None


class FindingSeverity(StrEnum):
    """How sure it is that something is wrong, worst first."""

    ERROR = "error"
    """It cannot do what it is for."""
    WARNING = "warning"
    """It likely does something else than what was meant."""
    NOTE = "note"
    """It does what is written; worth knowing."""


_RANKS = {severity: rank for rank, severity in enumerate(FindingSeverity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        code: what it is, for programs, for example `small_hole`.
        severity: how much it matters.
        message: what it is, in words for people, with numbers and units.
        path: where it is, for example `weekly[1]`; empty for the whole of it.
        details: the numbers and times in it, one mapping a place or an occurrence.
    """

    code: str
    severity: FindingSeverity
    message: str
    path: str = ""
    details: tuple[Mapping[str, Detail], ...] = field(default=(), hash=False)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, otherwise in their order."""
    return tuple(sorted(findings, key=lambda each: _RANKS[each.severity]))

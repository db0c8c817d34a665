"""The JSON form of what a dry run says, for the command line and the API alike."""

from collections.abc import Mapping
from typing import Final

from engine.core.dry_run import AlertEffect, AlertFacts, DryRun, Effect, WearerDryRun
from engine.core.episode import Severity
from zones.instant import Instant, render
from zones.wallclock import local

ASSUMPTIONS: Final = (
    "The change is taken as if it had been in force during the whole window.",
    "Only the conditions it changes are judged again; missed call-ins are not.",
    "An alert is taken to be closed 8 hours after the wearer complies again.",
)
"""What a dry run takes for granted, in words."""

DONE: Final = "wearers done: "
"""What a line that says how far a dry run is begins with, before the number."""


def write_dry_run(run: DryRun, timezones: Mapping[str, str]) -> dict[str, object]:
    """Return a dry run as JSON; `timezones` are the wearers' IANA zones by id."""
    return {
        "sentence": run.sentence(),
        "since": render(run.since),
        "until": render(run.until),
        "positions": run.positions,
        "seconds": round(run.seconds, 3),
        "totals": {effect.value: _total(run, effect) for effect in Effect},
        "wearers": [_wearer(each, timezones.get(each.wearer_id, "UTC")) for each in run.wearers],
        "without_positions": list(run.without_positions),
        "not_concerned": list(run.not_concerned),
        "assumptions": list(ASSUMPTIONS),
    }


def _total(run: DryRun, effect: Effect) -> dict[str, int]:
    severities = [
        each.facts.severity
        for wearer in run.wearers
        for each in wearer.alerts
        if each.effect is effect
    ]
    return {
        "alerts": len(severities),
        "wearers": sum(bool(each.count(effect)) for each in run.wearers),
        **{severity.value: severities.count(severity) for severity in Severity},
    }


def _wearer(wearer: WearerDryRun, timezone: str) -> dict[str, object]:
    return {
        "wearer_id": wearer.wearer_id,
        "timezone": timezone,
        "positions": wearer.positions,
        **{effect.value: wearer.count(effect) for effect in Effect},
        "alerts": [_effect(each, timezone) for each in wearer.alerts],
    }


def _effect(effect: AlertEffect, timezone: str) -> dict[str, object]:
    before, after = (
        None if facts is None else _facts(facts, timezone)
        for facts in (effect.before, effect.after)
    )
    return {"effect": effect.effect.value, "before": before, "after": after}


def _facts(facts: AlertFacts, timezone: str) -> dict[str, object]:
    return {
        "kind": facts.kind.value,
        "severity": facts.severity.value,
        "started": render(facts.started),
        "started_local": _local(facts.started, timezone),
        "ended": None if facts.ended is None else render(facts.ended),
        "ended_local": None if facts.ended is None else _local(facts.ended, timezone),
        "condition_id": facts.condition_id,
        "zone_id": facts.zone_id,
        "depth_m": round(facts.depth_m, 1),
        "count": facts.count,
        "confirmed": facts.confirmed,
    }


def _local(instant: Instant, timezone: str) -> str:
    return local(instant, timezone).isoformat()

"""The figures of a benchmark of alerts: as JSON for machines, as tables for people."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from rich.table import Table

from benchmarks.quality.certainty import count_interval, share_interval
from benchmarks.quality.phones import Answers
from benchmarks.quality.playing import OURS, RULES, Result
from benchmarks.quality.scoring import Score

MONTH_DAYS: Final = 30.0

RULE_NAMES: Final = {
    OURS: "Ringfence",
    "every_ping": "every ping, inside or not",
    "accuracy_gate_100m": "the same, accuracy ≤ 100 m",
    "accuracy_circle": "whole accuracy circle",
}


def figures(score: Score, wearer_months: float) -> dict[str, Any]:
    """Return the four figures of a rule; None where nothing was counted."""
    delays = np.percentile(score.delays_s, [50, 95]) if score.delays_s else [None, None]
    return {
        "recall": _rounded(score.found / score.counting if score.counting else None, 5),
        "false_alerts_per_wearer_month": _rounded(score.false / wearer_months, 4),
        "delay_p50_s": _rounded(delays[0], 1),
        "delay_p95_s": _rounded(delays[1], 1),
    }


def as_json(result: Result) -> dict[str, Any]:
    """Return everything about one play: the four figures first, then what they rest on."""
    months = result.days / MONTH_DAYS
    return {
        OURS: figures(result.scores[OURS], months),
        "baselines": {rule: figures(result.scores[rule], months) for rule in RULES if rule != OURS},
        "counts": {rule: _counts(result.scores[rule], months) for rule in RULES},
        "by_setting": {
            setting: {rule: _short(scores[rule]) for rule in RULES}
            for setting, scores in sorted(result.by_setting.items())
        },
        "advisories_per_wearer_month": round(result.advisories / months, 3),
        "missed_but_advised": result.advised,
        "wearer_months": round(months, 3),
        "positions": result.positions,
        "true_violations": result.violations,
    }


def _counts(score: Score, months: float) -> dict[str, Any]:
    low, high = share_interval(score.found, score.counting)
    least, most = count_interval(score.false)
    return {
        "violations": score.counting,
        "found": score.found,
        "recall_95": [round(low, 5), round(high, 5)],
        "alerts": score.alerts,
        "false": score.false,
        "false_per_wearer_month_95": [round(least / months, 4), round(most / months, 4)],
        "false_more_than_an_hour_apart": score.false_apart,
        "missed": dict(sorted(score.missed.items())),
    }


def _short(score: Score) -> dict[str, int]:
    return {
        "violations": score.counting,
        "found": score.found,
        "alerts": score.alerts,
        "false": score.false,
    }


def table_of(title: str, played: Mapping[str, Any]) -> Table:
    """Return the table of one play, from its JSON."""
    table = Table(
        "rule",
        "violations found",
        "recall (95 %)",
        "false alerts",
        title=title,
        title_justify="left",
    )
    for name in ("per wearer-month (95 %)", "delay p50", "p95"):
        table.add_column(name, justify="right")
    for rule in RULES:
        shown = played[OURS] if rule == OURS else played["baselines"][rule]
        counted = played["counts"][rule]
        table.add_row(
            RULE_NAMES[rule],
            f"{counted['found']:,} of {counted['violations']:,}",
            f"{_percent(shown['recall'])} ({_range(counted['recall_95'], _percent)})",
            f"{counted['false']:,} of {counted['alerts']:,}",
            f"{shown['false_alerts_per_wearer_month']:.3f} "
            f"({_range(counted['false_per_wearer_month_95'], lambda rate: f'{rate:.2f}')})",
            _seconds(shown["delay_p50_s"]),
            _seconds(shown["delay_p95_s"]),
        )
    return table


def _range(bounds: list[float], words: Any) -> str:  # noqa: ANN401 - a function of one number
    return f"{words(bounds[0])} to {words(bounds[1])}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} s"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def answers_json(answers: Answers, *, false: bool) -> list[dict[str, Any]]:
    """Return what recorded phones gave: false alerts a device-month, or recall and delay."""
    return [
        {
            "phones": phones,
            "question": question,
            "device_months": round(answer.days / MONTH_DAYS, 3),
            "rules": {
                rule: _still(score, answer.days / MONTH_DAYS) if false else _carried(score)
                for rule, score in answer.scores.items()
            },
        }
        for (phones, question), answer in answers.items()
    ]


def _still(score: Score, months: float) -> dict[str, Any]:
    least, most = count_interval(score.false)
    return {
        "false": score.false,
        "false_alerts_per_device_month": round(score.false / months, 3),
        "false_per_device_month_95": [round(least / months, 3), round(most / months, 3)],
    }


def _carried(score: Score) -> dict[str, Any]:
    shown = figures(score, 1.0)
    del shown["false_alerts_per_wearer_month"]
    return {"violations": score.counting, "found": score.found} | shown


def answers_table(title: str, rows: list[dict[str, Any]]) -> Table:
    """Return the table of what recorded phones gave, from its JSON."""
    table = Table("phones", "question", title=title, title_justify="left")
    for rule in RULES:
        table.add_column(RULE_NAMES[rule], justify="right")
    for row in rows:
        cells = (_answer(row["rules"][rule]) for rule in RULES)
        table.add_row(row["phones"], row["question"], *cells)
    return table


def _answer(given: dict[str, Any]) -> str:
    if "false" in given:
        low, high = given["false_per_device_month_95"]
        return f"{given['false_alerts_per_device_month']:.1f} ({low:.1f} to {high:.1f})"
    delays = f"{_seconds(given['delay_p50_s'])}, {_seconds(given['delay_p95_s'])}"
    return f"{given['found']} of {given['violations']}; {delays}"

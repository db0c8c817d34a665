"""The tables of the code, drawn into the documentation: `make docs`.

A drawn section stands between `<!-- drawn: NAME -->` and `<!-- /drawn -->`. What is drawn is
computed from the tables themselves, so the page says what the code does; a test compares them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from engine.core.alert import TRANSITIONS as ALERT_TRANSITIONS
from engine.core.alert import AlertAction, AlertState
from engine.core.bearing import SIGNALS, Aspect, Bearing, Signal
from engine.core.episode import SEVERITY, EpisodeKind, Severity
from engine.core.naming import KINDS, Ending
from engine.core.order import ConditionKind
from engine.core.run import TRANSITIONS, Outcome, Phase

PAGE: Final = Path(__file__).parent / "semantics.md"
_SECTION: Final = re.compile(r"(<!-- drawn: ([a-z-]+) -->\n).*?(<!-- /drawn -->)", re.DOTALL)
_OVER: Final = "over"
"""The state of a run that has ended."""


def drawn(page: str) -> str:
    """Return a page with every drawn section as the code has it.

    Raises:
        KeyError: a section that nothing draws.
    """
    return _SECTION.sub(lambda found: f"{found[1]}\n{DRAWINGS[found[2]]()}\n{found[3]}", page)


def _runs() -> str:
    """Return the states of a run and what moves it, one arrow for each pair of states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (phase, signal), outcome in TRANSITIONS.items():
        for target in _targets(phase, outcome):
            arrows.setdefault((_phase(phase), target), []).append(signal.name.lower())
    ends = [((_phase(each), _OVER), ["window ends"]) for each in (Phase.PENDING, Phase.CONFIRMED)]
    for pair, why in ends:
        arrows.setdefault(pair, []).extend(why)
    return _diagram((begin, end, ", ".join(why)) for (begin, end), why in arrows.items())


def _targets(phase: Phase | None, outcome: Outcome) -> list[str]:
    if outcome is Outcome.STRENGTHEN:
        return [_phase(Phase.CONFIRMED)] if phase is Phase.PENDING else []
    ends = {Outcome.WATCH: Phase.UNSURE, Outcome.BEGIN: Phase.PENDING}
    if outcome in ends:
        return [_phase(ends[outcome])]
    return {Outcome.FORGET: ["clear"], Outcome.FINISH: [_OVER]}.get(outcome, [])


def _phase(phase: Phase | None) -> str:
    return "clear" if phase is None else phase.name.lower()


def _run_table() -> str:
    rows = [
        [_phase(phase), *(_word(TRANSITIONS[phase, signal]) for signal in Signal)]
        for phase in (None, *Phase)
    ]
    return _table(["", *(signal.name.lower() for signal in Signal)], rows)


def _word(outcome: Outcome) -> str:
    return "–" if outcome is Outcome.NOTHING else outcome.name.lower()


def _bearings() -> str:
    heads = [
        f"{'keep out' if keep_out else 'stay in'}{', ring' if aspect is Aspect.BUFFER else ''}"
        for keep_out, aspect in SIGNALS
    ]
    rows = [
        [bearing.name.lower(), *(each[bearing].name.lower() for each in SIGNALS.values())]
        for bearing in Bearing
    ]
    return _table(["bearing", *heads], rows)


def _names() -> str:
    rows = [
        [kind.value, "no" if at_start else "yes"]
        + [f"`{KINDS[kind, at_start, ending].value}`" for ending in Ending]
        for kind in ConditionKind
        for at_start in (False, True)
        if (kind, at_start, Ending.RUNNING) in KINDS
    ]
    endings = [ending.name.lower().replace("_", " ") for ending in Ending]
    return _table(["condition", "seen in compliance before", *endings], rows)


def _severities() -> str:
    rows = []
    for severity in Severity:
        kinds = [f"`{kind.value}`" for kind in EpisodeKind if SEVERITY[kind] is severity]
        rows.append([severity.value, " ".join(kinds)])
    return _table(["severity", "kinds"], rows)


def _alerts() -> str:
    arrows: dict[tuple[AlertState, AlertState], list[AlertAction]] = {}
    for (state, action), after in ALERT_TRANSITIONS.items():
        arrows.setdefault((state, after), []).append(action)
    return _diagram(
        (begin.value, end.value, ", ".join(action.value for action in actions))
        for (begin, end), actions in arrows.items()
    )


def _diagram(arrows: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"    {begin} --> {end}: {why}" for begin, end, why in arrows]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


DRAWINGS: Final[dict[str, Callable[[], str]]] = {
    "runs": _runs,
    "run-table": _run_table,
    "bearings": _bearings,
    "names": _names,
    "severities": _severities,
    "alerts": _alerts,
}


def main() -> None:
    """Draw every section anew."""
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()

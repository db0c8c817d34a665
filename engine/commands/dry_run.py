"""`ringfence dry-run`: what a change of zones, hours or parameters would have meant."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from engine.core.condition_wire import ConditionError
from engine.core.dry_run import AlertEffect, DryRun, Effect
from engine.core.dry_run_json import ASSUMPTIONS, DONE, write_dry_run
from engine.core.proposal_json import DAYS
from engine.dry_run import Plan, planned, run, stored_registry
from engine.settings import Settings
from engine.store import Store, StoreUnavailableError, open_store
from zones.instant import Instant, parse, render
from zones.wallclock import local

_MOST_LINES: Final = 200


def dry_run(
    zone: Annotated[
        list[Path] | None, typer.Option(help="GeoJSON: new versions of zones, or new zones.")
    ] = None,
    order: Annotated[
        list[Path] | None,
        typer.Option(help="JSON: an order with its order_id, as in PUT /v1/orders, or a list."),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="ORDER/CONDITION:NAME=VALUE, for example 'o1/c1:buffer_m=50'; ORDER may be '*'.",
        ),
    ] = None,
    question: Annotated[
        Path | None, typer.Option(help="The whole question as JSON, as in POST /v1/dry-runs; or -.")
    ] = None,
    days: Annotated[int, typer.Option(help="Days up to now (1 to 90).")] = DAYS,
    wearer: Annotated[
        list[str] | None, typer.Option(help="Only this wearer; may be given again.")
    ] = None,
    until: Annotated[str, typer.Option(help="End of the window (RFC 3339); now if left out.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    count: Annotated[
        bool, typer.Option("--count", help="Print to standard error how many wearers are done.")
    ] = False,
) -> None:
    """Judge a change over the last days' stored positions: which alerts it adds and removes.

    Nothing is written. The store is the one at RINGFENCE_DATABASE_URL.
    """
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        asked = _question(zone or [], order or [], change or [], question, days, wearer or [])
        settings = Settings()
        now = parse(until) if until else settings.clock().now()
        store = open_store(settings.database_url)
        store.check()
        found, timezones = _run(store, asked, now, None if count else errors)
    except (ConditionError, StoreUnavailableError, ValueError, OSError) as error:
        errors.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(msgspec.json.encode(write_dry_run(found, timezones)).decode())
        return
    for line in _lines(found, timezones):
        typer.echo(line)


def _question(
    zones: list[Path],
    orders: list[Path],
    changes: list[str],
    whole: Path | None,
    days: int,
    wearers: list[str],
) -> Mapping[str, object]:
    if whole is not None:
        text = sys.stdin.buffer.read() if str(whole) == "-" else whole.read_bytes()
        return _decoded(text, whole)
    return {
        "days": days,
        "wearer_ids": wearers,
        "zones": [feature for path in zones for feature in _features(path)],
        "orders": [each for path in orders for each in _listed(path)],
        "parameters": [_parameters(text) for text in changes],
    }


def _decoded(text: bytes, path: Path) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError(f"{path}: {error}") from None


def _features(path: Path) -> list[object]:
    document = _decoded(path.read_bytes(), path)
    features = document.get("features")
    return features if isinstance(features, list) else [document]


def _listed(path: Path) -> list[object]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    return found if isinstance(found, list) else [found]


def _parameters(text: str) -> dict[str, object]:
    place, colon, setting = text.partition(":")
    order_id, slash, condition_id = place.rpartition("/")
    name, equals, value = setting.partition("=")
    try:
        number = msgspec.json.decode(value)
    except msgspec.DecodeError:
        number = None
    if not (colon and slash and equals and isinstance(number, int | float)):
        raise ValueError(f"--set {text!r}: write ORDER/CONDITION:NAME=NUMBER, as o1/c1:threshold=3")
    order: dict[str, object] = {} if order_id == "*" else {"order_id": order_id}
    return order | {"condition_id": condition_id, name: number}


def _run(
    store: Store, asked: Mapping[str, object], now: Instant, errors: Console | None
) -> tuple[DryRun, Mapping[str, str]]:
    registry = stored_registry(store)
    plan = planned(asked, registry, now)
    found = run(store, plan, _count) if errors is None else _with_progress(store, plan, errors)
    store.close()
    return found, {each.wearer_id: each.timezone for each in registry.wearers.values()}


def _count(done: int) -> None:
    sys.stderr.write(f"{DONE}{done}\n")
    sys.stderr.flush()


def _with_progress(store: Store, plan: Plan, errors: Console) -> DryRun:
    columns = (TextColumn("wearers"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("wearers", total=len(plan.wearer_ids))
        return run(store, plan, lambda done: progress.update(task, completed=done))


def _lines(found: DryRun, timezones: Mapping[str, str]) -> Iterator[str]:
    yield found.sentence()
    window = f"{render(found.since)} to {render(found.until)}"
    yield f"{found.positions:,} positions judged, {window}, in {found.seconds:.1f} s."
    listed = 0
    for wearer in found.wearers:
        counts = ", ".join(f"{wearer.count(effect)} {effect}" for effect in Effect)
        yield f"\n{wearer.wearer_id}: {counts} ({wearer.positions:,} positions)"
        for each in wearer.alerts:
            if each.effect is not Effect.UNCHANGED and (listed := listed + 1) <= _MOST_LINES:
                yield _line(each, timezones.get(wearer.wearer_id, "UTC"))
    if listed > _MOST_LINES:
        yield f"\n{listed - _MOST_LINES} more: --json has them all"
    if found.without_positions:
        yield f"\nNothing is known of: {', '.join(found.without_positions)} (no position in it)"
    if found.not_concerned:
        yield f"\nNot concerned: {', '.join(found.not_concerned)}"
    yield "\n" + " ".join(ASSUMPTIONS)


def _line(each: AlertEffect, timezone: str) -> str:
    facts = each.facts
    started = local(facts.started, timezone).strftime("%a %d %b %H:%M")
    ended = "now" if facts.ended is None else local(facts.ended, timezone).strftime("%a %H:%M")
    where = " ".join(part for part in (facts.condition_id, facts.zone_id) if part)
    times = f" x{facts.count}" if facts.count > 1 else ""
    kind = facts.kind.value.replace("_", " ")
    return (
        f"  {each.effect:8} {facts.severity:8} {kind}{times}, {started} to {ended}, {where}, "
        f"{facts.depth_m:.0f} m deep"
    )


if __name__ == "__main__":
    # As the API runs it, beside the engine.
    os.nice(10)
    typer.run(dry_run)

"""`ringfence replay`: judge recorded positions offline, one JSON object an episode."""

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.core.compile import histories, places_of
from engine.core.episode import Bound, Episode, EpisodeState, StoredEpisode
from engine.core.order import Activation, Condition, Supervision
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.position import Position
from engine.core.precedence import ranked
from engine.core.registry import OrderCondition
from engine.core.replay import Replay, index_of
from engine.recordings import (
    EVERYONE,
    RecordedOrder,
    RecordingError,
    orders_of,
    read_orders,
    read_positions,
)
from zones.geojson import read_zones
from zones.history import ZoneHistory
from zones.instant import Instant, render
from zones.interval import BEGINNING
from zones.zone_set import ZoneSet


def replay(
    positions: Annotated[Path, typer.Argument(help="CSV with a header: wearer,time,lat,lon,…")],
    zones: Annotated[Path, typer.Option(help="GeoJSON with the zones.")],
    orders: Annotated[Path, typer.Option(help="JSON list of orders with their conditions.")],
    *,
    by_arrival: Annotated[
        bool, typer.Option("--by-arrival", help="Feed positions by received_at, not by time.")
    ] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(help="Rename columns: time=timestamp_utc,wearer=person."),
    ] = None,
) -> None:
    """Judge recorded positions with the engine's own rules, without a database or a broker."""
    errors = Console(stderr=True)
    try:
        tracks, written = _tracks(positions, _renamed(columns or [])), read_orders(orders)
        supervisions = _supervisions(list(tracks), written, _zones(zones), zones)
    except (RecordingError, OSError) as error:
        errors.print(f"[red]{error}[/red]", soft_wrap=True, highlight=False)
        raise typer.Exit(2) from None
    for words in _unmatched(sorted(tracks), written):
        errors.print(words, style="yellow", soft_wrap=True, highlight=False, markup=False)
    index = index_of(supervisions.values())
    until = max((each.fix_time for track in tracks.values() for each in track), default=BEGINNING)
    total = sum(len(track) for track in tracks.values())
    bar = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bar, console=errors, transient=True) as progress:
        task = progress.add_task("judging", total=total)
        for wearer in sorted(tracks):
            run = Replay(supervisions[wearer], index, lambda n: progress.advance(task, n))
            judge = run.by_arrival if by_arrival else run.in_order
            for stored in judge(tracks[wearer], until):
                typer.echo(line_of(stored))


def _unmatched(wearers: list[str], orders: list[RecordedOrder]) -> list[str]:
    """Return warnings: nothing found must not look like nothing wrong."""
    unjudged = [wearer for wearer in wearers if not orders_of(wearer, orders)]
    unused = [each for each in orders if each.wearer not in (EVERYONE, *wearers)]
    return [f"no order for wearer {wearer!r}: not judged" for wearer in unjudged] + [
        f"{each.where}: no position of wearer {each.wearer!r}" for each in unused
    ]


def line_of(stored: StoredEpisode) -> str:
    """Return the JSON line of an episode."""
    episode = stored.episode
    written = {
        "wearer": stored.wearer_id,
        "condition": episode.condition_id,
        "kind": episode.kind.value,
        "zone": episode.zone_id,
        "state": _state(episode),
        "started": _bound(episode.started),
        "ended": None if episode.ended is None else _bound(episode.ended),
        "positions": episode.positions,
        "max_depth_m": round(episode.max_depth_m, 3),
        "presence_s": episode.presence_s,
        "revision": stored.revision,
    }
    return msgspec.json.encode(written).decode()


def _state(episode: Episode) -> str:
    """A run that the recording ends in the middle of never was confirmed: it is brief so far."""
    pending = episode.state is EpisodeState.PENDING
    return EpisodeState.BRIEF.value if pending else episode.state.value


def _bound(bound: Bound) -> dict[str, str | None]:
    after = None if bound.after is None else render(bound.after)
    return {"after": after, "by": render(bound.by), "estimate": render(bound.estimate)}


def _renamed(columns: list[str]) -> dict[str, str]:
    pairs = [pair for text in columns for pair in text.split(",") if pair]
    wrong = [pair for pair in pairs if pair.count("=") != 1]
    if wrong:
        raise RecordingError(f"--columns {wrong[0]!r}: write FIELD=COLUMN, for example time=when")
    split = (pair.split("=") for pair in pairs)
    return {name.strip(): column.strip() for name, column in split}


def _tracks(path: Path, renamed: dict[str, str]) -> dict[str, list[Position]]:
    tracks: dict[str, list[Position]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for wearer, position in read_positions(path, file, renamed):
            tracks[wearer].append(position)
    return tracks


def _zones(path: Path) -> dict[str, ZoneHistory]:
    reading = read_zones(path.read_bytes())
    if reading.problems:
        raise RecordingError(f"{path}: " + "; ".join(str(each) for each in reading.problems))
    return histories(reading.zones)


def _supervisions(
    wearers: list[str], orders: list[RecordedOrder], zones: dict[str, ZoneHistory], path: Path
) -> dict[str, Supervision]:
    for order in orders:
        _check_zones(order, zones, path)
    return {
        wearer: _supervision(number, wearer, orders_of(wearer, orders), zones)
        for number, wearer in enumerate(sorted(wearers))
    }


def _supervision(
    number: int, wearer: str, orders: list[RecordedOrder], zones: dict[str, ZoneHistory]
) -> Supervision:
    since: Instant = BEGINNING
    oldest_s = min((order.max_age_s for order in orders), default=1800.0)
    return Supervision(
        activation=Activation(
            activation_id=number, wearer_id=wearer, vendor="", device_id="", started_at=since
        ),
        plans=PlanHistory(plans=(SupervisionPlan(interval_s=0.0, buffer_s=oldest_s),)),
        timezone=orders[0].timezone if orders else "UTC",
        conditions=ranked(
            Condition(
                condition_id=each.condition_id,
                kind=each.kind,
                zones=ZoneSet(tuple(zones[zone_id] for zone_id in each.zone_ids)),
                places=ZoneSet(tuple(zones[place] for place in _places(each))),
                schedule=each.schedule,
                parameters=each.parameters,
                stay=each.stay,
                priority=each.priority,
                version=version,
            )
            for version, order in enumerate(orders, 1)
            for each in order.conditions
        ),
    )


def _places(condition: OrderCondition) -> list[str]:
    """Return the zones that only windows name."""
    return sorted(places_of(condition) - set(condition.zone_ids))


def _check_zones(order: RecordedOrder, zones: dict[str, ZoneHistory], path: Path) -> None:
    for place, condition in enumerate(order.conditions):
        if condition.group_ids:
            raise RecordingError(
                f"{order.where}.conditions[{place}].groups: a file of zones has no groups: name "
                "the zones in `zones`"
            )
        for zone_id in (*condition.zone_ids, *_places(condition)):
            if zone_id not in zones:
                known = ", ".join(sorted(zones)[:8]) or "none"
                raise RecordingError(
                    f"{order.where}.conditions[{place}]: no zone {zone_id!r} in {path}, "
                    f"which has {known}: name one of its zones, or add it there"
                )

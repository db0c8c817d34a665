"""`ringfence replay` as a user runs it: files in, JSON lines out, problems in words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from engine.commands.replay import replay
from tests.judgement_kit import ORIGIN, at, lon
from zones.instant import render

KEYS = [
    *("wearer", "condition", "kind", "zone", "state", "started", "ended", "positions"),
    *("max_depth_m", "presence_s", "revision"),
]
APP = typer.Typer()
APP.command()(replay)
ZONES: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"zone_id": "X", "radius_m": 100},
            "geometry": {"type": "Point", "coordinates": [lon(0), ORIGIN[1]]},
        },
        {
            "type": "Feature",
            "properties": {"zone_id": "Y", "radius_m": 100},
            "geometry": {"type": "Point", "coordinates": [lon(5000), ORIGIN[1]]},
        },
        {
            "type": "Feature",
            "properties": {"zone_id": "HOME"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [lon(x), ORIGIN[1] + y]
                        for x, y in (
                            (900, -0.001),
                            (1100, -0.001),
                            (1100, 0.001),
                            (900, 0.001),
                            (900, -0.001),
                        )
                    ]
                ],
            },
        },
    ],
}
KEEP_OUT = {"id": "x", "kind": "exclusion", "zones": ["X", "Y"]}
CURFEW = {
    "id": "c",
    "kind": "curfew",
    "zone": "HOME",
    "weekly": [{"days": "daily", "start": "14:30", "end": "15:30"}],
}
ORDERS: list[dict[str, Any]] = [
    {"wearer": "*", "max_age_s": 300, "conditions": [KEEP_OUT]},
    {"wearer": "w2", "timezone": "Europe/Berlin", "max_age_s": 300, "conditions": [CURFEW]},
]
HEADER = "wearer,time,lat,lon,accuracy_m,received_at,seq,mechanism,speed_mps"


def row(
    wearer: str, second: float, metres: float, accuracy: str = "10", received: float | None = None
) -> str:
    """Return a line of the positions file."""
    came = second if received is None else received
    place = f"{ORIGIN[1]},{lon(metres)!r}"
    return f"{wearer},{render(at(second))},{place},{accuracy},{render(at(came))},0,gnss,"


STORY = [
    row("w1", 0, 300),
    row("w1", 60, 0, received=700),
    row("w1", 120, 10, ""),
    row("w1", 180, 300),
    row("w1", 240, 310),
    row("w2", 1500, 1000),
    row("w2", 1740, 1001),
    row("w2", 1860, 2000),
    row("w2", 1920, 2001),
]
"""w1 enters X and leaves; w2 is home when the curfew begins at 1800 s, then out of it."""


class Done(NamedTuple):
    """How a run ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


class Files:
    """The three files of a replay in a folder."""

    def __init__(self, folder: Path) -> None:
        self.positions = folder / "positions.csv"
        self.zones = folder / "zones.geojson"
        self.orders = folder / "orders.json"
        self.write()

    def write(
        self,
        rows: list[str] = STORY,
        header: str = HEADER,
        orders: object = ORDERS,
        zones: object = ZONES,
    ) -> None:
        """Write them, those that are not given as the story has them."""
        self.positions.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        self.orders.write_text(json.dumps(orders))
        self.zones.write_text(json.dumps(zones))

    def replay(self, *options: str) -> Done:
        """Run the command in this process: its start takes longer than its work."""
        done = CliRunner().invoke(APP, self._arguments(options))
        return Done(done.exit_code, done.stdout, done.stderr)

    def shell(self, *options: str) -> Done:
        """Run the command as a user does."""
        command = [sys.executable, "-m", "engine", "replay", *self._arguments(options)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return Done(done.returncode, done.stdout, done.stderr)

    def _arguments(self, options: tuple[str, ...]) -> list[str]:
        files = ["--zones", str(self.zones), "--orders", str(self.orders), str(self.positions)]
        return [*options, *files]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The story's files."""
    return Files(tmp_path)


def lines(done: Done) -> list[dict[str, Any]]:
    """Return what a run that went well wrote, line by line."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_an_episode(files: Files) -> None:
    """Standard output holds one JSON object an episode with exactly the documented keys."""
    done = files.shell()
    found = lines(done)
    assert [list(each) for each in found] == [KEYS] * 2
    entered, left = found
    assert entered == {
        "wearer": "w1",
        "condition": "x",
        "kind": "exclusion_entered",
        "zone": "X",
        "state": "confirmed",
        "started": {
            "after": "2026-06-01T12:00:00Z",
            "by": "2026-06-01T12:01:00Z",
            "estimate": entered["started"]["estimate"],
        },
        "ended": {
            "after": "2026-06-01T12:02:00Z",
            "by": "2026-06-01T12:03:00Z",
            "estimate": entered["ended"]["estimate"],
        },
        "positions": 2,
        "max_depth_m": pytest.approx(100, abs=0.01),
        "presence_s": None,
        "revision": 1,
    }
    assert entered["started"]["estimate"].startswith("2026-06-01T12:00:40")
    assert (left["wearer"], left["kind"], left["zone"]) == ("w2", "curfew_left_during", "HOME")
    assert left["ended"] is None
    assert "judging" not in done.stdout


def test_by_arrival_ends_the_same(files: Files) -> None:
    """Fed as it arrived, a recording leads to the same episodes; revisions tell of amendments."""
    in_order, by_arrival = lines(files.replay()), lines(files.replay("--by-arrival"))
    assert [each.pop("revision") for each in in_order] == [1, 1]
    assert [each.pop("revision") for each in by_arrival] == [2, 1]
    assert by_arrival == in_order


def test_columns_by_other_names_in_another_order(files: Files) -> None:
    """Columns may be named otherwise, stand in any order, and optional ones be missing."""
    rows = []
    for line in STORY:
        wearer, when, lat, longitude, accuracy, *_ = line.split(",")
        rows.append(f"{accuracy},{longitude},{lat},ignored,{when},{wearer}")
    expected = lines(files.replay())
    files.write(rows, "acc,lon,lat,note,when,person")
    renamed = ("--columns", "time=when,wearer=person", "--columns", "accuracy_m=acc")
    assert lines(files.replay(*renamed)) == expected


def test_what_ends_in_the_middle_of_a_run_is_brief(files: Files) -> None:
    """A run that the recording does not confirm is brief so far, and open."""
    files.write([row("w1", 0, 300), row("w1", 60, 0)])
    (found,) = lines(files.replay())
    assert (found["state"], found["ended"], found["positions"]) == ("brief", None, 1)


def test_positions_ahead_of_their_receipt_are_not_judged(files: Files) -> None:
    """As in the engine, a position more than 2 min ahead of its receipt is not judged."""
    ahead = row("w1", 121, 10, received=0)
    files.write([row("w1", 0, 300), row("w1", 60, 0), ahead, row("w1", 180, 300)])
    (found,) = lines(files.replay())
    assert (found["state"], found["positions"]) == ("brief", 1)


def test_a_speed_below_nought_is_none(files: Files) -> None:
    """Telephones write -1 for a speed they do not know: the same episodes as without one."""
    files.write(rows=STORY)
    without = files.replay().stdout
    files.write(rows=[f"{line}-1" for line in STORY])
    done = files.replay()
    assert (done.returncode, done.stdout != "") == (0, True), done.stderr
    assert len(done.stdout.splitlines()) == len(without.splitlines())


def test_no_positions_no_episodes(files: Files) -> None:
    """A file with a header alone is no error."""
    files.write([])
    assert lines(files.replay()) == []


BAD_ROWS = [
    (STORY[0].replace("12:00:00Z", "12:00:00", 1), "time is '2026-06-01T12:00:00'"),
    (STORY[0].replace("2026-06-01T12:00:00Z", "noon", 1), "time is 'noon'"),
    (STORY[0].replace(",52.0,", ",91,"), "lat is '91'"),
    (STORY[0].replace(",52.0,", ",nan,"), "lat is 'nan'"),
    (STORY[0].replace(",52.0,", ",,"), "lat is ''"),
    (STORY[0].replace(",10,", ",-1,"), "accuracy_m is '-1'"),
    (STORY[0].replace("gnss", "magic"), "mechanism is 'magic'"),
    (STORY[0].replace(",0,gnss", ",1.5,gnss"), "seq is '1.5'"),
    (STORY[0].replace("w1", ""), "wearer is empty"),
    ("w1,2026-06-01T12:00:00Z", "lat is missing"),
]


def refused(done: Done, *parts: str) -> None:
    """Check that a run was refused in words that name all parts, with no trace of a fault."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize(("bad", "words"), BAD_ROWS, ids=[words for _, words in BAD_ROWS])
def test_a_bad_row(files: Files, bad: str, words: str) -> None:
    """A row that cannot be read is refused by file, line and field; nothing is judged."""
    files.write([STORY[1], bad, STORY[2]])
    refused(files.replay(), str(files.positions), "line 3", words)


def test_text_that_is_none(files: Files) -> None:
    """A file that is no UTF-8 text is refused in words."""
    files.positions.write_bytes(HEADER.encode() + b"\nw\xff1,")
    refused(files.replay(), str(files.positions), "UTF-8")


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([{"wearer": "w1"}], ["conditions"]),
        ([{"wearer": "w1", "max_age_s": 0, "conditions": []}], ["$[0].max_age_s is 0"]),
        ([{"wearer": "w1", "conditions": [KEEP_OUT | {"kind": "banishment"}]}], ["banishment"]),
        ([{"wearer": "w1", "conditions": [KEEP_OUT | {"treshold": 1}]}], ["treshold"]),
        ([{"wearer": "w1", "conditions": [KEEP_OUT | {"threshold": 0}]}], ["threshold", "0"]),
        (
            [{"wearer": "nobody", "conditions": [KEEP_OUT, KEEP_OUT | {"zones": ["X", "Q"]}]}],
            ["$[0].conditions[1]", "'Q'", "HOME, X, Y"],
        ),
        ([{"wearer": "w1", "timezone": "Mars/Base", "conditions": [CURFEW]}], ["Mars/Base"]),
    ],
)
def test_a_bad_order(files: Files, orders: object, words: list[str]) -> None:
    """An order that cannot be used is refused by file, place and value, whoever's it is."""
    files.write(orders=orders)
    refused(files.replay(), str(files.orders), *words)


def test_bad_zones(files: Files) -> None:
    """Zones that are none are refused by file and place."""
    feature = ZONES["features"][0]
    files.write(zones={"type": "FeatureCollection", "features": [feature | {"properties": {}}]})
    refused(files.replay(), str(files.zones), "features[0]")


def test_bad_columns(files: Files) -> None:
    """A column that is not there, and a renaming that is none, are refused by name."""
    refused(files.replay("--columns", "time=when"), "'when'", "wearer, time, lat, lon")
    refused(files.replay("--columns", "time:when"), "time:when", "FIELD=COLUMN")


def test_no_such_file(files: Files) -> None:
    """A file that is not there is refused by its name."""
    files.positions.unlink()
    refused(files.shell(), "positions.csv")

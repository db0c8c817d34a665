"""`ringfence dry-run` on stores that the real engine has filled."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, make_url, select
from typer.testing import CliRunner

from engine.cli import application
from engine.store import open_store
from engine.store.page import Page
from engine.store.sql.tables import metadata
from tests.what_if_kit import ZONES, Commuter, filled, point
from zones.instant import MINUTE, render

DAYS = 3
COMMUTERS = [Commuter("w1"), Commuter("w2"), Commuter("idle")]
WIDE = point("KEEP-OUT", 13.4150, 52.5220, 300.0)
"""The zone to keep out of, widened to 78 m beyond the way to work."""


def content(url: str) -> str:
    """Return a digest of every row of every table."""
    parsed = make_url(url)
    driver = "postgresql+psycopg" if parsed.drivername.startswith("postgres") else "sqlite"
    engine = create_engine(parsed.set(drivername=driver))
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = sorted(map(repr, connection.execute(select(table)).all()))
            digest.update(repr((table.name, rows)).encode())
    engine.dispose()
    return digest.hexdigest()


@pytest.fixture
def prepared(store_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A store of three days (URL and the time then), of which the last wearer is silent."""
    return made(store_url, monkeypatch)


@pytest.fixture
def on_sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The same on SQLite, for what has nothing to do with the store."""
    return made(sqlite_url, monkeypatch)


def made(url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Fill a store and make it the one that commands use."""
    store = open_store(url)
    filled(store, COMMUTERS[2:], 0)
    now = filled(store, COMMUTERS[:2], DAYS, every=2 * MINUTE, zones=[])
    store.close()
    monkeypatch.setenv("RINGFENCE_DATABASE_URL", url)
    return url, render(now)


def run(*arguments: str, code: int = 0) -> str:
    """Run the command and return what it prints."""
    done = CliRunner().invoke(application(), ["dry-run", *arguments])
    assert done.exit_code == code, done.output
    return done.output if code else done.stdout


def asked(now: str, *arguments: str) -> Any:  # noqa: ANN401
    """Return the JSON answer of the last three days."""
    return json.loads(run("--days", str(DAYS), "--until", now, "--json", *arguments))


def test_a_wider_zone_adds_the_alerts_of_those_who_pass_it(
    prepared: tuple[str, str], tmp_path: Path
) -> None:
    """Two crossings a day for each commuter; nobody else, and nothing is written."""
    url, now = prepared
    file = tmp_path / "zone.geojson"
    file.write_text(json.dumps(WIDE))
    before = content(url)
    bytes_before = Path(make_url(url).database or "").read_bytes() if "sqlite" in url else b""
    found = asked(now, "--zone", str(file))
    assert found["sentence"] == (
        "This change would have added 12 alerts for 2 wearers in the last 3 days."
    )
    assert found["totals"]["added"] | {"advisory": 0} == {
        "alerts": 12,
        "wearers": 2,
        "critical": 12,
        "serious": 0,
        "advisory": 0,
        "system": 0,
    }
    first = found["wearers"][1]["alerts"][0]
    assert (first["effect"], first["before"]) == ("added", None)
    after = first["after"]
    assert (after["kind"], after["condition_id"], after["zone_id"], after["confirmed"]) == (
        "exclusion_entered",
        "keep-out",
        "KEEP-OUT",
        True,
    )
    assert after["started_local"].startswith("2026-03-01T09:1")
    assert 60 < after["depth_m"] < 80
    assert found["positions"] == 2 * DAYS * 24 * 30
    assert found["without_positions"] == ["idle"]
    assert content(url) == before
    if bytes_before:
        assert Path(make_url(url).database or "").read_bytes() == bytes_before


def test_the_dry_run_says_what_then_really_happens(
    prepared: tuple[str, str], tmp_path: Path
) -> None:
    """A store on which the change was in force holds the alerts that the dry run had told."""
    _, now = prepared
    file = tmp_path / "zone.geojson"
    file.write_text(json.dumps(WIDE))
    told = asked(now, "--zone", str(file), "--wearer", "w1")["wearers"][0]["alerts"]
    fresh = tmp_path / "fresh.db"
    CliRunner().invoke(
        application(), ["migrate"], env={"RINGFENCE_DATABASE_URL": f"sqlite:///{fresh}"}
    )
    store = open_store(f"sqlite:///{fresh}")
    filled(store, [Commuter("w1")], DAYS, every=2 * MINUTE, zones=[ZONES[0], WIDE])
    with store.read() as transaction:
        real = transaction.episodes.list(Page(limit=500), wearer_id="w1")
    store.close()
    shown = sorted(
        (render(each.episode.started.estimate), round(each.episode.max_depth_m, 1))
        for each in real
        if each.episode.condition_id == "keep-out"
    )
    assert [(each["after"]["started"], each["after"]["depth_m"]) for each in told] == shown


def test_hours_that_nobody_breaks_add_nothing_and_others_do(
    on_sqlite: tuple[str, str], tmp_path: Path
) -> None:
    """A curfew at noon catches those at work; taken away again it removes nothing else."""
    _, now = on_sqlite
    order: dict[str, Any] = {
        "order_id": "order-w1",
        "wearer_id": "w1",
        "effective_from": "2026-03-01T00:00:00Z",
        "plan": {"interval_s": 60, "buffer_s": 240},
    }
    same = [msgspec.json.decode(msgspec.json.encode(each)) for each in COMMUTERS[0].conditions]
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order | {"conditions": same}))
    assert asked(now, "--order", str(file))["sentence"].startswith("This change concerns nobody")
    same[0]["weekly"] = [{"days": "daily", "start": "12:00", "end": "14:00"}]
    file.write_text(json.dumps([order | {"conditions": same}]))
    found = asked(now, "--order", str(file))
    kinds = [each["after"]["kind"] for each in found["wearers"][0]["alerts"]]
    assert kinds == ["curfew_out_entire"] * DAYS


def test_parameters_of_all_orders_at_once(on_sqlite: tuple[str, str]) -> None:
    """A ring of 250 m round the zone is entered on every way to work, as an advisory."""
    _, now = on_sqlite
    found = asked(now, "--set", "*/keep-out:buffer_m=250")
    added = found["totals"]["added"]
    assert (added["alerts"], added["wearers"], added["advisory"]) == (12, 2, 12)


def test_people_read_it_in_sentences(on_sqlite: tuple[str, str], tmp_path: Path) -> None:
    """Without --json it says the sum, each alert on a line, and what was assumed."""
    _, now = on_sqlite
    file = tmp_path / "zone.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [WIDE]}))
    text = run("--zone", str(file), "--days", "1", "--until", now, "--wearer", "w1")
    assert text.startswith("This change would have added 2 alerts for 1 wearer in the last day.")
    assert "added    critical exclusion entered, Tue 03 Mar 09:1" in text
    assert "as if it had been in force" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing is proposed"),
        (("--set", "o1:buffer=3"), "write ORDER/CONDITION:NAME=NUMBER"),
        (("--set", "*/nothing:buffer_m=3"), "is no condition of any such order"),
        (("--zone", "no-such-file.json"), "No such file"),
        (("--set", "*/keep-out:buffer_m=3", "--days", "91"), "must be from 1 to 90"),
    ],
)
def test_what_cannot_be_asked_is_said(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2, and a line that says what is wrong."""
    store = open_store(sqlite_url)
    filled(store, COMMUTERS[:1], 0)
    store.close()
    monkeypatch.setenv("RINGFENCE_DATABASE_URL", sqlite_url)
    assert words in run(*arguments, code=2)


def test_only_positions_of_the_window_count(on_sqlite: tuple[str, str]) -> None:
    """The window begins where it is asked to, not at the checkpoint that is judged from."""
    _, now = on_sqlite
    found = asked(now, "--set", "*/keep-out:buffer_m=250", "--wearer", "w1", "--days", "1")
    assert found["positions"] == 24 * 30

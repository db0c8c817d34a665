"""The commands that prove: from a store to a bundle, and from the bundle alone to its decision."""

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.cli import application
from engine.core import bundle, bundle_form
from engine.proof.bundle_check import verify_bundle
from engine.proof.evidence import make_bundle
from engine.proof.signing import SigningKeyError, fingerprint, public_pem, raw_public, signing_key
from engine.proof.verification import verify_alert, verify_journal
from engine.store import Store, open_store
from simulators import scenarios
from tests.proof_kit import KEY, alerts_of, change_body, forged, messages_in, played
from tests.scenario_engine import play

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ringfence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command on the store of a played scenario, in its folder."""
    monkeypatch.chdir(tmp_path)
    app, runner = application(), CliRunner()

    def run(*arguments: object, database: Path) -> Result:
        monkeypatch.setenv("RINGFENCE_DATABASE_URL", f"sqlite:///{database}")
        return runner.invoke(app, [*map(str, arguments)])

    return run


def alone(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own without any setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RINGFENCE_")}
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        env={**kept, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_from_an_alert_to_a_bundle_that_proves_itself(
    ringfence: Callable[..., Result], tmp_path: Path
) -> None:
    """Verified in the store, written out, and verified again where there is only the file."""
    database = played("curfew-late-return", tmp_path)
    verified = ringfence("verify", 1, database=database)
    assert (verified.exit_code, verified.stdout.splitlines()[0]) == (0, "alert 1: identical")
    chain = ringfence("verify", "--journal", "--json", database=database)
    head = json.loads(chain.stdout)["head"]
    assert chain.exit_code == 0
    written = ringfence("evidence", 1, "--out", "a.zip", database=database)
    assert written.exit_code == 0, written.stderr
    shown = ringfence("signing-key", database=database)
    key_file = tmp_path / "var" / "signing-key.pem"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "a.zip").rename(elsewhere / "a.zip")
    (elsewhere / "public.pem").write_text(shown.stdout)
    checked = alone(
        *("verify", "--bundle", "a.zip", "--key", "public.pem", "--head", head), folder=elsewhere
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.startswith("bundle of alert 1: identical")
    assert sorted(each.name for each in elsewhere.iterdir()) == ["a.zip", "public.pem"]
    with zipfile.ZipFile(elsewhere / "a.zip") as file:
        assert file.testzip() is None
        assert json.loads(file.read("manifest.json"))["journal_head"] == head


def test_exit_codes_tell_the_three_outcomes_apart(
    ringfence: Callable[..., Result], tmp_path: Path
) -> None:
    """0 is identical, 1 is different, 2 is not to be checked, and each says why."""
    database = played("exclusion-walks-in", tmp_path)
    missing = ringfence("verify", 99, database=database)
    assert (missing.exit_code, missing.stdout.splitlines()[1:]) == (2, ["  there is no alert 99"])
    nowhere = ringfence("verify", 1, database=tmp_path / "nowhere.db")
    assert nowhere.exit_code == 2
    assert "ringfence migrate" in nowhere.stderr
    assert ringfence("verify", database=database).exit_code == 2
    assert "ID:HASH" in ringfence("verify", 1, "--head", "7", database=database).stderr
    change_body(database, "alerts", lambda body: body.update(count=5))
    different = ringfence("verify", 1, "--json", database=database)
    assert different.exit_code == 1
    assert json.loads(different.stdout)["verdict"]["differences"][0]["path"] == "count"
    refused = ringfence("evidence", 1, "--out", "a.zip", database=database)
    assert refused.exit_code == 1
    assert "alert.count: stored is 5, derived is 1" in refused.stderr
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("name", ["curfew-late-return", "delivery-doubled-and-shuffled"])
def test_every_store_proves_its_alerts(name: str, store: Store) -> None:
    """On SQLite and PostgreSQL alike alerts verify, and lead to bundles that are identical."""
    play(scenarios.all()[name](), store)
    alerts = alerts_of(store)
    assert alerts
    for alert in alerts:
        assert verify_alert(store, alert.alert_id).outcome == "identical"
        made = make_bundle(store, alert.alert_id, KEY)
        assert verify_bundle(made, raw_public(KEY.public_key())).outcome == "identical"
        assert made == make_bundle(store, alert.alert_id, KEY)
    assert verify_journal(store).outcome == "identical"


def test_a_bundle_holds_nobody_else(tmp_path: Path) -> None:
    """Of a zone's two visitors only the alert's own is in the bundle, and nobody's name is."""
    path = played("exclusion-shared-zone", tmp_path)
    scenario = scenarios.all()["exclusion-shared-zone"]()
    assert len(scenario.wearers) > 1
    store = open_store(f"sqlite:///{path}")
    for alert in alerts_of(store):
        made = make_bundle(store, alert.alert_id, KEY)
        with zipfile.ZipFile(_written(tmp_path, made)) as file:
            lines = b"".join(map(file.read, ("messages.jsonl", "registry.jsonl"))).splitlines()
        topics = " ".join(json.loads(line)["topic"] for line in lines)
        for wearer in scenario.wearers:
            others = wearer.wearer_id != alert.wearer_id
            assert (f"/{wearer.device_id}/telemetry" not in topics) == others
            assert wearer.name.encode() not in made
    store.close()


def test_the_documented_check_by_hand_works(tmp_path: Path) -> None:
    """What docs/proof.md shows finds a bundle sound, and one with a forged message not."""
    page = (ROOT / "docs" / "proof.md").read_text()
    (script,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    store = open_store(f"sqlite:///{played('curfew-late-return', tmp_path)}")
    made = make_bundle(store, 1, KEY)
    store.close()

    def by_hand(data: bytes) -> subprocess.CompletedProcess[str]:
        path = _written(tmp_path, data)
        return subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
        )

    sound = by_hand(made)
    assert sound.stdout == f"signed by {fingerprint(raw_public(KEY.public_key()))}\n", sound.stderr
    messages = messages_in(made)
    messages[1] = msgspec.structs.replace(messages[1], received_at=0)
    part = bundle_form.encode_lines(messages)
    assert (
        "AssertionError: ('messages.jsonl'" in by_hand(forged(made, {bundle.MESSAGES: part})).stderr
    )


def _written(folder: Path, data: bytes) -> Path:
    path = folder / "bundle.zip"
    path.write_bytes(data)
    return path


def test_a_key_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    """A key file that is no Ed25519 key, or cannot be made, is named with the setting."""
    path = tmp_path / "key.pem"
    path.write_text("no key")
    with pytest.raises(SigningKeyError, match=r"key\.pem cannot be read"):
        signing_key(path)
    with pytest.raises(SigningKeyError, match="RINGFENCE_SIGNING_KEY_FILE"):
        signing_key(path / "deeper.pem")
    made = tmp_path / "made.pem"
    assert public_pem(signing_key(made)) == public_pem(signing_key(made))

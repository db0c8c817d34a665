"""The benchmark of alerts runs, small, and says what it must."""

import json
from pathlib import Path

import pytest

from benchmarks.quality import __main__ as program

FOUR = {"recall", "false_alerts_per_wearer_month", "delay_p50_s", "delay_p95_s"}
RIVALS = {"every_ping", "accuracy_gate_100m", "accuracy_circle"}


def test_the_benchmark_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two wearers' day gives the four figures of every rule, the same again with the same seed."""
    monkeypatch.setenv("QUICK", "1")
    written = []
    for name in ("one.json", "two.json"):
        out = tmp_path / name
        program.main(["--wearers", "2", "--days", "1", "--seed", "7", "--out", str(out)])
        written.append(json.loads(out.read_text()))
    found = written[0]
    for played in (found, found["plan_300_s"]):
        assert set(played["ringfence"]) == FOUR
        assert set(played["baselines"]) == RIVALS
        assert all(set(each) == FOUR for each in played["baselines"].values())
        assert set(played["counts"]) == {"ringfence", *RIVALS}
    assert found["wearer_months"] == pytest.approx(2 / 30, abs=1e-3)
    assert 2_500 < found["positions"] <= 2 * 1440
    for each in written:
        del each["took_s"]
    assert written[0] == written[1]
    assert "Ringfence" in capsys.readouterr().out

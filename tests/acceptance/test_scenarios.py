"""Every scenario raises exactly its expected alerts, on its own clock."""

from pathlib import Path

import pytest

from engine.proof.verification import verify_alert
from engine.store import migrate, open_store
from engine.store.page import Page
from simulators import scenarios
from simulators.verdict import mistakes
from tests.scenario_engine import play


@pytest.mark.parametrize("name", sorted(scenarios.all()))
def test_a_scenario_raises_exactly_its_expected_alerts(name: str, tmp_path: Path) -> None:
    """Played on its own clock, a scenario leads to the episodes it expects and to no others.

    Every alert is derived again from the journal alone, and is identical.
    """
    url = f"sqlite:///{tmp_path / 'ringfence.db'}"
    migrate(url)
    store = open_store(url)
    scenario = scenarios.all()[name]()
    play(scenario, store)
    with store.read() as transaction:
        shown = transaction.episodes.list(Page(limit=1000))
        rejections = transaction.rejections.count()
        alerts = transaction.alerts.list(Page(limit=1000), states=())
    assert mistakes(scenario, shown) == []
    assert rejections == scenario.rejections
    checks = [verify_alert(store, alert.alert_id) for alert in alerts]
    assert [check.lines() for check in checks if check.outcome != "identical"] == []
    store.close()

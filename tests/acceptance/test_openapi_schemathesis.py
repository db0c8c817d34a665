"""The OpenAPI document is true: whatever it allows or forbids, the API does as it says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.condition_json import read_condition
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order
from engine.store import Store, open_store
from tests.integration.api_kit import NOW, PASSWORD, raise_alert, served_in_thread, services_on
from tests.store_values import position, put_on, store_positions, stored_episode
from zones.geojson import read_zones
from zones.instant import MINUTE

CONFIG = """
hooks = "tests.acceptance.schemathesis_hooks"
request-timeout = 10

[generation]
deterministic = true
max-examples = 3

[phases.stateful]
enabled = false

[phases.coverage]
unexpected-methods = ["DELETE"]

# Rules that no schema can state are `refused_for_rules_beyond_the_schema_only`'s.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]

# A stream has no end to check; its tests are in tests/integration/test_api_stream.py.
[[operations]]
include-operation-id = "stream_alerts"
enabled = false

# Whatever a vendor sends is stored, what cannot be used as a rejection: never refused.
[[operations]]
include-operation-id = "post_telemetry"
checks.negative_data_rejection.enabled = false
"""


@pytest.fixture
def url(sqlite_url: str) -> Iterator[str]:
    """URL of a real server that has what the examples of its document name."""
    store = open_store(sqlite_url)
    services = services_on(store)
    _fill(store)
    raise_alert(services, 42, episode_ids=(301,))
    with served_in_thread(services) as address:
        yield address
    store.close()


def _fill(store: Store) -> None:
    feature = {
        "type": "Feature",
        "properties": {"zone_id": "HOME-w1", "radius_m": 100},
        "geometry": {"type": "Point", "coordinates": [13.405, 52.52]},
    }
    exclusion = {"id": "c1", "kind": "exclusion", "zone": "HOME-w1"}
    with store.write() as transaction:
        worn = put_on(transaction, "w1", "A-1001", NOW - MINUTE)
        transaction.registry.save_zone(read_zones(feature).zones[0])
        transaction.registry.save_order(
            Order(
                order_id="o1",
                wearer_id="w1",
                agency="County Probation",
                officer="officer.kim",
                effective_from=NOW - MINUTE,
                effective_until=None,
                plan=SupervisionPlan(),
                conditions=(read_condition(exclusion, "Europe/London"),),
            )
        )
        store_positions(transaction, [position(worn.activation_id, NOW, seq) for seq in range(3)])
        transaction.episodes.save([stored_episode(301)])


@pytest.mark.timeout(900)  # 2,000 requests: half a minute, more on a busy machine
def test_the_api_does_as_its_document_says(url: str, tmp_path: Path) -> None:
    """No fault, no undocumented answer, no wrong input taken, no right input refused."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    root = Path(__file__).parents[2]
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run"]
    options = ["--auth", f"acme:{PASSWORD}", "--continue-on-failure"]
    done = subprocess.run(
        [*command, f"{url}/openapi.json", *options, "--report-dir", tmp_path / "report"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

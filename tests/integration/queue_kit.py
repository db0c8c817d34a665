"""An API with two wearers whose alerts are in the queue, and how the queue is read."""

import httpx

from api.services import Services
from engine.core.condition_json import read_condition
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer
from engine.store import Store
from tests.integration.api_kit import NOW, services_on
from tests.store_values import HOUR
from zones.geojson import read_zones

CURFEW = {
    "id": "c1",
    "kind": "curfew",
    "zone": "z1",
    "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
    "confidence": 0.9,
}


def queue_services(store: Store) -> Services:
    """Return services on a store with the wearers w1 (officer kim) and w2 (officer lee)."""
    point = {"type": "Point", "coordinates": [0, 0]}
    feature = {"type": "Feature", "properties": {"zone_id": "z1", "radius_m": 50}}
    with store.write() as transaction:
        transaction.registry.save_zone(read_zones(feature | {"geometry": point}).zones[0])
        for wearer_id, officer, agency in (("w1", "kim", "County"), ("w2", "lee", "City")):
            transaction.registry.save_wearer(
                Wearer(wearer_id=wearer_id, name=f"Name {wearer_id}", timezone="Europe/Berlin")
            )
            transaction.registry.save_order(
                Order(
                    order_id=f"o-{wearer_id}",
                    wearer_id=wearer_id,
                    agency=agency,
                    officer=officer,
                    effective_from=NOW - 100 * HOUR,
                    effective_until=None,
                    plan=SupervisionPlan(),
                    conditions=(read_condition(CURFEW, "Europe/Berlin"),),
                )
            )
    return services_on(store)


async def listed(api: httpx.AsyncClient, query: str = "") -> list[int]:
    """Return the ids of all alerts a query lists, page by page of two."""
    found: list[int] = []
    url: str | None = f"/v1/alerts?limit=2&{query}"
    while url:
        reply = await api.get(url)
        assert reply.status_code == 200, reply.text
        found += [each["alert_id"] for each in reply.json()["items"]]
        url = reply.json()["next"]
    return found

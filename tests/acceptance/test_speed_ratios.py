"""No stage gets several times slower unnoticed: ratios of processor time, never times.

Each bound is some three times what was measured when it was set, on a machine that had other work:
it is there for what is lost by mistake. `make bench` has the figures.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from benchmarks.country import Country
from benchmarks.country_alone import Found, Plan, measured
from benchmarks.country_store import write_country
from benchmarks.zones_index import HEIGHT, SOUTH, WEST, WIDTH, city, outline
from zones.index import ZoneIndex

COUNTRY = Country(wearers=1_500, shared=500)
UPLOADS = 100
ROUNDS = 15
SINGLE, BATCHED, AFTER_FLIP, ZONES = 120.0, 500.0, 8.0, 4.0
"""The bounds."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Measure the engine alone, once."""
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('country')) / 'engine.db'}"
    write_country(COUNTRY, url)
    plan = Plan.of(COUNTRY, minutes=6, uploads=UPLOADS, flip=True)
    return asyncio.run(measured(url, plan))


def least(found: Found, name: str) -> float:
    """Return the least ratio to decoding of the phases of one kind."""
    return min(each.cpu_s / each.decode_s for each in found.named(name))


def test_a_position_costs_a_small_multiple_of_its_decoding(alone: Found) -> None:
    """A position that changes nothing is stored and judged at a multiple of decoding it."""
    assert least(alone, "single") <= SINGLE


def test_an_upload_costs_a_small_multiple_of_its_decoding(alone: Found) -> None:
    """So is one of sixty in a message."""
    assert least(alone, "batched") <= BATCHED


def test_the_minute_after_a_curfew_has_begun_costs_little_more(alone: Found) -> None:
    """The first positions under a curfew that has just begun cost a small multiple of others."""
    assert least(alone, "after the flip") <= AFTER_FLIP * least(alone, "single")


def test_zones_are_measured_about_as_fast_as_a_packed_tree_finds_them() -> None:
    """Distances to all zones within 50 m cost a small multiple of a bare STRtree predicate."""
    rng = np.random.default_rng(1)
    zones = city(rng, 10_000)
    lon, lat = WEST + WIDTH * rng.random(1_000), SOUTH + HEIGHT * rng.random(1_000)
    outlines = [outline(zone) for zone in zones]
    shapely.prepare(outlines)
    index, packed = ZoneIndex(zones), shapely.STRtree(outlines)
    ours = processor_s(lambda: index.near(lon, lat, 50.0))
    rival = processor_s(lambda: packed.query(shapely.points(lon, lat), predicate="intersects"))
    assert ours <= ZONES * rival


def processor_s(run: Callable[[], object]) -> float:
    """Return the least processor time of some runs, after one for warmth."""
    run()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        took.append(time.process_time() - began)
    return min(took)

"""No wearer takes several times the memory unnoticed: the bounds are 1.4 times what was counted.

Counted in a process of its own on a small country whose everyone was heard. The figures are in
`docs/operations.md`.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from benchmarks import resident
from benchmarks.country import Country
from benchmarks.country_alone import Plan, measured
from benchmarks.country_store import write_country

COUNTRY = Country(wearers=3_000, shared=300)
ENGINE_BYTES, DIRECTORY_BYTES = 6_000, 3_500
"""The bounds of a wearer with an order and four to six zones."""


def test_a_wearer_takes_a_few_kilobytes(tmp_path: Path) -> None:
    """A wearer with his zones and his lane takes the engine a few kB, and the API less."""
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    write_country(COUNTRY, url)
    asyncio.run(measured(url, Plan.of(COUNTRY, minutes=1)))
    command = (sys.executable, "-m", resident.__name__, url)
    said = subprocess.run(command, check=True, capture_output=True).stdout
    held = {name: taken / COUNTRY.wearers for name, taken in json.loads(said).items()}
    assert 500 < held["engine"] <= ENGINE_BYTES, held
    assert 200 < held["directory"] <= DIRECTORY_BYTES, held

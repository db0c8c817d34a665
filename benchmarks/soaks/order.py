"""Is what is stored the same whatever arrives when, and whatever becomes known when?

Thousands of random histories are played through the engine's own transactions on both stores: out
of order, late, doubled, in batches, with ticks, restarts and corrections of the registry's past.
The test suite plays a few of them (`tests/property/test_arrival_on_stores.py`).

Environment: `COUNT` histories a store and property (2000).
"""

import os
import subprocess
import sys
from pathlib import Path

COUNT = os.environ.get("COUNT", "2000")
ROOT = Path(__file__).parents[2]
TESTS = "tests/property/test_arrival_on_stores.py"


def main() -> bool:
    """Play, and return whether every history was stored as delivery in order is."""
    print(f"playing {COUNT} histories for each property and store")
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", TESTS]
    environment = os.environ | {"RINGFENCE_HISTORIES": COUNT}
    return not subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode

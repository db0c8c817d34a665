"""Is what is judged and stored the same whatever arrives when, and whatever becomes known when?

Thousands of random histories are folded, and then played through the engine's own transactions on
both stores: out of order, late, doubled, in batches, with ticks, restarts and corrections of the
registry's past. They are others at each run. The test suite plays a few of them, in CI always the
same ones (`tests/property/test_fold_order.py`, `test_pair_order.py`, `test_arrival_on_stores.py`).

Environment: `COUNT` histories a store and property (2000); ten times as many are folded alone.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COUNT = int(os.environ.get("COUNT", "2000"))
ROOT = Path(__file__).parents[2]
FOLDED = ("tests/property/test_fold_order.py", "tests/property/test_pair_order.py")
STORED = ("tests/property/test_arrival_on_stores.py",)


def main() -> bool:
    """Play, and return whether all was judged and stored as delivery in order is."""
    print(f"folding {10 * COUNT} histories for each property")
    folded = _hunted(FOLDED, RINGFENCE_EXAMPLES=10 * COUNT)
    print(f"playing {COUNT} histories for each property and store")
    return _hunted(STORED, RINGFENCE_HISTORIES=COUNT) and folded


def _hunted(tests: Sequence[str], **counts: int) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", *tests]
    command.append("--hypothesis-profile=thorough")
    environment = os.environ | {name: str(count) for name, count in counts.items()}
    return not subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode

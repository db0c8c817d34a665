"""`make profile`: where each microsecond of the engine goes, as a flame graph and as a table.

    python -m benchmarks.profile [--wearers N] [--shared N] [--seconds S]

The engine alone under load (see `country_alone`), in the steady state. In `benchmarks/out` are then
`flame.svg` to look at in a browser, `stacks.txt` (folded stacks, which other tools read), and
`profile.txt`: what each stage and each function takes of a position.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import flame
from benchmarks.country import SHARED, Country
from benchmarks.country_alone import Found, Plan, measured
from benchmarks.country_store import KEPT, country_store

STAGES: Final = (
    ("benchmarks/", "the benchmark's own source"),
    ("engine/core/plain_messages", "decode and attribute"),
    ("engine/core/wire", "decode and attribute"),
    ("engine/core/decode", "decode and attribute"),
    ("engine/core/salvage", "decode and attribute"),
    ("engine/core/statement", "decode and attribute"),
    ("engine/core/attribute", "decode and attribute"),
    ("engine/core/readings", "decode and attribute"),
    ("engine/core/journal", "seal the journal"),
    ("engine/core/merkle", "seal the journal"),
    ("engine/core/raw_message", "seal the journal"),
    ("engine/core/position_columns", "columns"),
    ("lane", "lanes: what is quiet"),
    ("engine/core/quiet", "lanes: what is quiet"),
    ("engine/intake", "drop what is known"),
    ("engine/core/gauge", "zones and distances"),
    ("zones/", "zones and distances"),
    ("engine/core/raising", "alerts"),
    ("engine/ledger", "alerts"),
    ("engine/core/", "judge what is not quiet"),
    ("sqlalchemy/", "store"),
    ("engine/store/", "store"),
    ("engine/filing", "store"),
    ("engine/caseload", "caseload"),
    ("engine/ruling", "ruling"),
    ("engine/", "the loop and the rest of the engine"),
)
"""By a part of the path of the innermost frame that is of any."""
REST: Final = "the event loop and threads"


def main() -> None:
    """Run the engine, sample it, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wearers", type=int, default=20_000)
    parser.add_argument("--shared", type=int, default=SHARED)
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    print(asyncio.run(profiled(Country(given.wearers, given.shared), given.seconds)))


async def profiled(country: Country, seconds: float) -> str:
    """Sample the engine on a country for so long, and return what was found in words."""
    stacks, found = await sampled(country, seconds, draw=True)
    said = told(stacks, found)
    (KEPT / "profile.txt").write_text(said + "\n")
    return said


async def sampled(
    country: Country, seconds: float, *, draw: bool
) -> tuple[list[flame.Stack], Found]:
    """Return the stacks of an engine under load, and what it measured of itself before.

    Raises:
        RuntimeError: no samples can be taken here; says why.
    """
    plan = Plan.of(country, minutes=3, rest_s=seconds * (1 + draw))
    recorded = KEPT / "stacks.txt"

    async def sample(pid: int) -> None:
        await flame.record(pid, recorded, seconds, "raw")
        if draw:
            await flame.record(pid, KEPT / "flame.svg", seconds, "flamegraph")

    with tempfile.TemporaryDirectory() as name:
        found = await measured(country_store(country, Path(name) / "engine.db"), plan, sample)
    return flame.read(recorded), found


def told(stacks: Sequence[flame.Stack], found: Found) -> str:
    """Return what stages and functions take of a position, in microseconds."""
    whole, decoding = found.us("single"), found.decode_us("single")
    said = f"{whole:.2f} µs of processor time a position; decoding alone {decoding:.2f}"
    stages = flame.shares(stacks, STAGES, REST).items()
    lines = [said, "", "by stage:", *(f"{part * whole:8.2f}  {name}" for name, part in stages)]
    for title, own in (("with all it calls:", False), ("alone:", True)):
        lines += ["", title]
        lines += [f"{share * whole:8.2f}  {_short(f)}" for f, share in flame.costs(stacks, own=own)]
    return "\n".join(lines)


def _short(frame: str) -> str:
    """Return a frame with its path from where it says something."""
    function, _, place = frame.partition(" (")
    parts = place.rstrip(")").split("/")
    return f"{function} ({'/'.join(parts[-3:])})"


if __name__ == "__main__":
    main()

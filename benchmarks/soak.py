"""`make soak`: what takes long, each part by name; `make soak ARGS=memory`.

    memory      10 minutes of load, the engine's memory each second       about 12 minutes
    slow-store  the store is locked again and again under load            about 2 minutes
    kill        engine and broker killed at random while it rains         about 15 minutes
    late        1,000 wearers x 30 days, 5 % of positions hours late      about 20 minutes
    order       tens of thousands of histories folded, thousands stored   about 40 minutes
    premiere    every scenario at the speed of life                       over an hour
    console     the alert desk: 5,000 open alerts, 20 changes a second    about 11 minutes

Without a name all but `late`, `order`, `premiere` and `console` are run. The exit code says whether
all was as it must be.
"""

import argparse
import logging
import sys
from collections.abc import Callable

import structlog

from benchmarks.soaks import console, kill, late, memory, order, premiere, slow_store

PARTS: dict[str, Callable[[], bool]] = {
    "memory": memory.main,
    "slow-store": slow_store.main,
    "kill": kill.main,
    "late": late.main,
    "order": order.main,
    "premiere": premiere.main,
    "console": console.main,
}
BY_DEFAULT = ("memory", "slow-store", "kill")


def main() -> None:
    """Run the parts named; leave with 1 if one is not as it must be."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], metavar="PART")
    named = parser.parse_args().part or BY_DEFAULT
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # killed brokers leave broken futures
    well = [PARTS[name]() for name in named]
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()

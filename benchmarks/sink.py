"""A sink takes every message from a broker as the engine does, acknowledges it, and parses nothing.

    python -m benchmarks.sink URL COUNT-FILE

How many it has taken is written to the file when it is ready, and after each batch.
"""

import asyncio
import logging
import sys
from pathlib import Path

import structlog

from engine.clock import SystemClock
from engine.sources.mqtt import MqttSource


async def drain(url: str, counted: Path) -> None:
    """Take and acknowledge until killed."""
    taken = 0
    async with MqttSource(url, SystemClock().now) as source:
        while not source.connected:
            await asyncio.sleep(0.01)
        counted.write_text("0")
        while batch := await source.next_batch():
            await source.acknowledge(batch)
            taken += len(batch)
            counted.write_text(str(taken))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(drain(sys.argv[1], Path(sys.argv[2])))

"""A sink takes every message from a broker as the engine does, acknowledges it, and parses nothing.

    python -m benchmarks.sink BROKER-URL COUNT-FILE

How many it has taken is written to the file after each batch: the rival to storing and judging.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path

import structlog

from engine.clock import SystemClock
from engine.sources.mqtt import MqttSource


async def drain(url: str, counted: Path) -> None:
    """Take and acknowledge until told to stop."""
    source = MqttSource(url, SystemClock().now)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, source.stop)
    taken = 0
    async with source:
        while batch := await source.next_batch():
            await source.acknowledge(batch)
            taken += len(batch)
            counted.write_text(str(taken))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(drain(sys.argv[1], Path(sys.argv[2])))

"""An engine in small, to be killed: commit each batch to a file, then acknowledge it."""

import asyncio
import os
import sys
from pathlib import Path

from engine.sources.mqtt import MqttSource
from tests.integration.mqtt_kit import now

TRANSACTION_S = 0.02
"""How long a commit takes: the time in which a kill finds deliveries taken and not committed."""


async def consume(url: str, path: Path) -> None:
    """Append the payloads of every batch as lines, on disk before the acknowledgement."""
    with path.open("ab") as file:
        async with MqttSource(url, now, max_batch=20, reconnect_first_s=0.02) as source:
            while batch := await source.next_batch():
                await asyncio.sleep(TRANSACTION_S)
                file.write(b"".join(delivery.payload + b"\n" for delivery in batch))
                file.flush()
                os.fsync(file.fileno())
                await source.acknowledge(batch)


if __name__ == "__main__":
    asyncio.run(consume(sys.argv[1], Path(sys.argv[2])))

"""What does it cost to take a message? A session's queue, drained by the source alone.

    python -m benchmarks.session [MESSAGES]

A persistent session is filled while nobody takes from it: messages of 214 bytes, QoS 1. Then a
process of its own takes them, acknowledges each batch, and parses nothing; its processor time and
the time of the clock are counted from its first batch to its last. Mosquitto is set up without
limits (`max_inflight_messages 0`, `max_queued_messages 0`), so the source's own bounds hold.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import msgspec
import structlog

from benchmarks.country import VENDOR
from benchmarks.mosquitto import Broker, broker, mosquitto_program
from benchmarks.postman import Postman
from engine.clock import SystemClock
from engine.core.topic import telemetry_topic
from engine.sources.mqtt import MqttSource, MqttVersion

PAYLOAD_BYTES: Final = 214
_DEVICES: Final = 10_000
_VERSIONS: Final[tuple[MqttVersion, ...]] = ("3.1.1", "5")
_PATIENCE_S: Final = 300.0


class Drained(msgspec.Struct, frozen=True):
    """What came of draining one session."""

    version: str
    messages: int
    wall_s: float
    cpu_s: float
    batches: int

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.messages / self.wall_s

    @property
    def cpu_us(self) -> float:
        """Processor time of a message, in microseconds."""
        return self.cpu_s / self.messages * 1e6


async def drained(filled: Broker, version: MqttVersion, messages: int) -> Drained:
    """Fill a session of a mosquitto and return what draining it takes.

    Raises:
        RuntimeError: the draining process failed.
    """
    async with _source(filled.engine_url, version) as source:
        while not source.connected:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(_fill, filled.vendor_url, messages)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.session", filled.engine_url, version, str(messages)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), _PATIENCE_S)
    if process.returncode:
        raise RuntimeError("the draining process failed: see above")
    return msgspec.json.decode(said, type=Drained)


def _fill(url: str, messages: int) -> None:
    topics = [telemetry_topic(VENDOR, f"US{device:08d}") for device in range(_DEVICES)]
    postman, payload = Postman(url), b"x" * PAYLOAD_BYTES
    try:
        sent = ((topics[number % _DEVICES], payload) for number in range(messages))
        postman.post(postman.pack(sent))
    finally:
        postman.close()


async def _drain(url: str, version: MqttVersion, messages: int) -> Drained:
    """Take so many messages and acknowledge them."""
    async with _source(url, version) as source:
        batch = await source.next_batch()
        wall_s, cpu_s, taken, batches = time.perf_counter(), time.process_time(), 0, 1
        await source.acknowledge(batch)
        while taken < messages - len(batch):
            more = await source.next_batch()
            await source.acknowledge(more)
            taken += len(more)
            batches += 1
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return Drained(version, taken, wall_s, cpu_s, batches)


def _source(url: str, version: MqttVersion) -> MqttSource:
    return MqttSource(url, SystemClock().now, version=version)


async def _compare(messages: int) -> None:
    if mosquitto_program() is None:
        print("left out: mosquitto is not on the PATH")
        return
    with tempfile.TemporaryDirectory() as folder:
        async with broker("mosquitto", Path(folder) / "broker") as started:
            for version in _VERSIONS * 3:
                found = await drained(started, version, messages)
                print(
                    f"MQTT {found.version:5}  {found.per_second:9,.0f} messages/s  "
                    f"{found.cpu_us:6.2f} µs of processor time each  "
                    f"{found.messages / found.batches:6.0f} a batch"
                )


def main(arguments: Sequence[str]) -> None:
    """Compare both versions, or be the process that drains."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if len(arguments) == 3:
        url, version, messages = arguments
        found = asyncio.run(_drain(url, cast("MqttVersion", version), int(messages)))
        print(msgspec.json.encode(found).decode())
    else:
        asyncio.run(_compare(int(arguments[0]) if arguments else 100_000))


if __name__ == "__main__":
    main(sys.argv[1:])

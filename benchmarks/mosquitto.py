"""Brokers to measure on: Eclipse Mosquitto where it is on the PATH, and the embedded one.

Mosquitto is set up as its users should: sessions on disk, and no limit on what waits for a client
that is behind, for a limit would discard what the engine has not taken yet.
"""

import asyncio
import os
import pwd
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.country import VENDOR
from engine.broker import launch
from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.broker.place import choose_port

_CONFIGURATION: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
log_dest file {folder}/mosquitto.log
user {user}
"""
_SBIN: Final = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where programs for servers are, beside the PATH."""
_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that runs: under which URL the engine reaches it, under which a vendor."""

    name: str
    engine_url: str
    vendor_url: str


def mosquitto_program() -> str | None:
    """Return where mosquitto is; None if it is not on this machine."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_SBIN)


def broker(name: str, folder: Path) -> AbstractAsyncContextManager[Broker]:
    """Start `mosquitto` or the `embedded` broker in a folder of its own."""
    folder.mkdir(parents=True)
    return _mosquitto(folder) if name == "mosquitto" else _embedded(folder)


@asynccontextmanager
async def _mosquitto(folder: Path) -> AsyncIterator[Broker]:
    program = mosquitto_program()
    if program is None:
        raise LookupError("mosquitto is not on the PATH")
    port = choose_port("127.0.0.1", 0)
    user = pwd.getpwuid(os.getuid()).pw_name
    configuration = folder / "mosquitto.conf"
    configuration.write_text(_CONFIGURATION.format(port=port, folder=folder, user=user))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, launch.__file__, str(os.getpid())),
        *(program, "-c", str(configuration)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listening(port)
        url = f"mqtt://127.0.0.1:{port}"
        yield Broker("mosquitto", url, url)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _embedded(folder: Path) -> AsyncIterator[Broker]:
    async with EmbeddedBroker(folder, [VENDOR], limits=Limits()) as started:
        yield Broker("embedded", started.url_for_engine(), started.url_for_vendor(VENDOR))


async def _listening(port: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

"""A backlog: wearers who were out of reach for an hour upload it at once, as fast as can be.

    python -m benchmarks.backlog URL COUNTRY START FIRST LAST          (COUNTRY is JSON)

START is the instant at which the hour ends, FIRST and LAST say which wearers. Everything is made
and written to a file beforehand, in a process of its own, and published when a line is read from
standard input: a publisher that makes what it publishes would be the bottleneck.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from benchmarks.country import Country
from benchmarks.country_life import Lives
from benchmarks.naive import arguments
from benchmarks.postman import Postman
from zones.instant import Instant

MINUTES = 60
_PART = 500


class Upload:
    """An hour's backlog, ready to be published."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begin(self) -> None:
        """Let everything be published."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()

    async def done_s(self) -> float:
        """Wait until the broker has taken all of it; return the seconds since it began."""
        assert self._process.stdout is not None
        return float(await self._process.stdout.readline())


@asynccontextmanager
async def uploading(
    url: str, country: Country, until: Instant, who: range
) -> AsyncIterator[Upload]:
    """Prepare an upload; it ends with the block at the latest."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.backlog", url, arguments(country)),
        *(str(until), str(who.start), str(who.stop)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield Upload(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    """Be the process that `uploading` starts."""
    url, country, until, first, last = sys.argv[1:]
    lives = Lives(Country(**json.loads(country)), int(until))
    with tempfile.TemporaryFile() as file, closing(Postman(url, "backlog")) as postman:
        sizes = []
        for start in range(int(first), int(last), _PART):
            who = range(start, min(start + _PART, int(last)))
            uploads = lives.uploads(-MINUTES, MINUTES, who)
            for data, count in postman.pack((sent.topic, sent.payload) for sent in uploads):
                sizes.append((file.write(data), count))
        file.seek(0)
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        postman.post((file.read(size), count) for size, count in sizes)
        print(time.monotonic() - began, flush=True)


if __name__ == "__main__":
    main()

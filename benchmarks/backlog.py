"""A backlog: wearers who were out of reach for an hour upload it at once, as fast as can be.

    python -m benchmarks.backlog URL COUNTRY START FIRST LAST          (COUNTRY is JSON)

START is the instant at which the hour ends, FIRST and LAST say which wearers. Messages are made
while they are published, in a process of its own.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.country import Country
from benchmarks.country_life import Lives
from benchmarks.naive import arguments
from benchmarks.postman import Postman
from zones.instant import Instant

MINUTES = 60
_PART = 500


@asynccontextmanager
async def uploading(
    url: str, country: Country, until: Instant, who: range
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the upload; it goes on while the block runs, and ends with it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.backlog", url, arguments(country)),
        *(str(until), str(who.start), str(who.stop)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    """Be the process that `uploading` starts."""
    url, country, until, first, last = sys.argv[1:]
    lives = Lives(Country(**json.loads(country)), int(until))
    postman = Postman(url, "backlog")
    print("ready", flush=True)
    for start in range(int(first), int(last), _PART):
        who = range(start, min(start + _PART, int(last)))
        uploads = lives.uploads(-MINUTES, MINUTES, who)
        postman.post(postman.pack((sent.topic, sent.payload) for sent in uploads))
    postman.close()


if __name__ == "__main__":
    main()

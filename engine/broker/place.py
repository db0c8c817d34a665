"""Where an embedded broker lives: its port, and a state directory that only one may use at once.

The server inherits the lock, so it is held as long as either of us lives.
"""

import asyncio
import fcntl
import os
import socket
from pathlib import Path
from typing import Final

from engine.broker.errors import BrokerError

LOCK_WAIT_S: Final = 5.0
_LOCK_POLL_S: Final = 0.05


def choose_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0.

    Raises:
        BrokerError: something else listens there.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BrokerError(
                f"the embedded broker cannot listen on {host} port {port} ({error.strerror}): "
                "choose another port (0 takes a free one), or give the URL of the broker that "
                "runs there already"
            ) from error
        return int(probe.getsockname()[1])


async def lock(path: Path) -> int:
    """Take the lock and return its file descriptor; closing that releases it.

    Raises:
        BrokerError: another one holds it and does not let go.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = asyncio.get_running_loop().time() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if asyncio.get_running_loop().time() > deadline:
                os.close(descriptor)
                raise BrokerError(
                    f"another embedded broker uses {path.parent}: stop that one, or give this "
                    "engine a state directory of its own"
                ) from None
            await asyncio.sleep(_LOCK_POLL_S)
        else:
            return descriptor

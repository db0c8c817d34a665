"""The version of the engine that runs, as it is pinned to what it judges."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def engine_version() -> str:
    """Return the installed version; `unknown` for a source tree that is not installed."""
    try:
        return version("ringfence")
    except PackageNotFoundError:
        return "unknown"

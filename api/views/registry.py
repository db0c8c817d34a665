"""The directory as the registry the judgement compiles from."""

from itertools import chain

from api.directory import Directory
from engine.core.compile import Registry, registry_of


def registry_of_directory(directory: Directory) -> Registry:
    """Return the registry that a directory holds."""
    return registry_of(
        directory.revision,
        directory.wearers.values(),
        directory.activations.values(),
        chain.from_iterable(directory.orders.values()),
        chain.from_iterable(directory.zones.values()),
        chain.from_iterable(directory.groups.values()),
        chain.from_iterable(directory.classes.values()),
        directory.protected.values(),
    )

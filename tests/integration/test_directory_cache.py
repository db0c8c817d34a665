"""The directory the API keeps is always the one the registry holds."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from api import directory_cache
from api.directory import Directory, load
from api.dry_runs import DryRuns
from api.proofs import Proofs
from api.shell import Shell
from api.stream import Feed
from engine.core.condition_json import read_condition
from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.registry import Device, Order, Wearer
from engine.store import Store, open_store
from engine.store.registry_part import RegistryPart
from tests.integration.api_kit import NOW, services_on
from zones.instant import HOUR
from zones.zone import Circle, Zone

WEARER = Wearer(wearer_id="w1", name="Robin", timezone="Europe/Berlin")
ZONE = Zone("HOME", Circle(13.4, 52.5, 100.0))
ACTIVATION = Activation(
    activation_id=0, wearer_id="w1", vendor="acme", device_id="A-1", started_at=NOW
)
ORDER = Order(
    order_id="o1",
    wearer_id="w1",
    agency="County",
    officer="kim",
    effective_from=NOW,
    effective_until=None,
    plan=SupervisionPlan(),
    conditions=(read_condition({"id": "c1", "kind": "exclusion", "zone": "HOME"}, "UTC"),),
)


def shell_on(store: Store) -> Shell:
    """Return a shell with a cache of its own."""
    services = services_on(store)
    cache = directory_cache.DirectoryCache()
    return Shell(
        services,
        Feed(services, cache),
        DryRuns(store.url),
        Proofs(store.url, services.signing_key_file),
        cache,
    )


def seen(shell: Shell) -> Directory:
    """Return the directory as a reader sees it now."""
    with shell.read() as (_, directory):
        return directory


def stored(store: Store) -> Directory:
    """Return the directory as the store holds it now."""
    with store.read() as transaction:
        return load(transaction.registry, transaction.registry.revision())


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Revisions at which the whole registry was read."""
    revisions: list[int] = []

    def counted(registry: RegistryPart, revision: int) -> Directory:
        revisions.append(revision)
        return load(registry, revision)

    monkeypatch.setattr(directory_cache, "load", counted)
    return revisions


def test_own_writes_are_known_without_reading_everything(store: Store, loads: list[int]) -> None:
    """After each kind of write the kept directory is what a full reading would give."""
    shell = shell_on(store)
    registry_writes: list[Callable[[RegistryPart], object]] = [
        lambda registry: registry.save_wearer(WEARER) or WEARER,
        lambda registry: (
            registry.save_device(Device(vendor="acme", device_id="A-1"))
            or Device(vendor="acme", device_id="A-1")
        ),
        lambda registry: registry.add_activation(ACTIVATION),
        lambda registry: registry.save_zone(ZONE),
        lambda registry: registry.save_order(ORDER),
        lambda registry: registry.save_order(ORDER),
        lambda registry: registry.save_zone(
            Zone("HOME", Circle(13.4, 52.5, 50.0), effective_from=NOW)
        ),
        lambda registry: registry.end_activation(1, NOW + HOUR, "done"),
    ]
    for write in registry_writes:
        with shell.write() as (transaction, _, saved):
            saved.append(write(transaction.registry))  # type: ignore[arg-type]
        assert seen(shell) == stored(store)
    assert loads == [0]


def test_a_rolled_back_write_leaves_no_trace(store: Store) -> None:
    """What was not committed is never seen, nor taken for what others write in its place."""
    shell = shell_on(store)
    seen(shell)
    with suppress(ZeroDivisionError), shell.write() as (transaction, _, saved):
        transaction.registry.save_wearer(WEARER)
        saved.append(WEARER)
        _ = 1 / 0
    with store.write() as transaction:
        transaction.registry.save_device(Device(vendor="acme", device_id="A-1"))
    assert seen(shell).wearers == {}
    assert seen(shell) == stored(store)


def test_writes_of_another_process_are_seen_at_once(store_url: str, loads: list[int]) -> None:
    """A registry that was changed elsewhere is read again."""
    here, elsewhere = open_store(store_url), open_store(store_url)
    shell = shell_on(here)
    assert seen(shell).wearers == {}
    with elsewhere.write() as transaction:
        transaction.registry.save_wearer(WEARER)
    assert seen(shell).wearers == {"w1": WEARER}
    assert len(loads) == 2
    here.close()
    elsewhere.close()


def test_a_write_that_others_overtook_does_not_hide_theirs(store: Store) -> None:
    """What is noted too late, after the directory was read anew, changes nothing."""
    shell = shell_on(store)
    before = seen(shell)
    with store.write() as transaction:
        transaction.registry.save_device(Device(vendor="acme", device_id="A-1"))
    assert seen(shell).devices
    shell.directories.committed(before, [WEARER])
    assert seen(shell) == stored(store)


def test_a_reader_of_an_older_state_does_not_push_out_the_newer(
    store: Store, loads: list[int]
) -> None:
    """A long transaction sees its own state; the others keep theirs without reading again."""
    shell = shell_on(store)
    with store.read() as old:
        old.registry.revision()
        with store.write() as transaction:
            transaction.registry.save_wearer(WEARER)
        assert seen(shell).wearers == {"w1": WEARER}
        assert shell.directories.of(old.registry).wearers == {}
        assert seen(shell).wearers == {"w1": WEARER}
    assert len(loads) == 2

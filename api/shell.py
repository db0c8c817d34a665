"""What a route needs at hand: the services, the directory, the feed. One for each application.

`read` gives one consistent snapshot. `write` takes the writers' lock before anything is read, so
that what a decision rests on cannot change until it is committed.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from api.case_files import CaseFiles
from api.directory import Directory, Entry
from api.directory_cache import DirectoryCache
from api.dry_runs import DryRuns
from api.floor import Floor
from api.proofs import Proofs
from api.services import Services
from api.stream import Feed
from api.views.desk import Desk, desk_for
from api.zone_findings import ZoneFindings
from engine.core.alert import Alert
from engine.store.protocol import Transaction
from zones.instant import Instant


@dataclass(frozen=True, slots=True)
class Shell:
    """The services of one application, and what it keeps between requests."""

    services: Services
    feed: Feed
    dry_runs: DryRuns
    proofs: Proofs
    directories: DirectoryCache = field(default_factory=DirectoryCache)
    floor: Floor = field(default_factory=Floor)
    case_files: CaseFiles = field(default_factory=CaseFiles)
    zone_findings: ZoneFindings = field(default_factory=ZoneFindings)

    def now(self) -> Instant:
        """Return the time."""
        return self.services.now()

    def desk(self, alerts: Iterable[Alert], transaction: Transaction) -> Desk:
        """Return the desk at which alerts are shown now."""
        return desk_for(alerts, transaction, self.now(), self.services.time_allowed)

    @contextmanager
    def read(self) -> Iterator[tuple[Transaction, Directory]]:
        """Begin a reading transaction, with the directory as of it."""
        with self.services.store.read() as transaction:
            yield transaction, self.directories.of(transaction.registry)

    @contextmanager
    def write(self) -> Iterator["Writing"]:
        """Begin a writing transaction alone, with the directory as of its beginning."""
        with self.services.store.write() as transaction:
            transaction.next_ids("change", 0)
            writing = Writing(transaction, self.directories.of(transaction.registry), [])
            yield writing
        self.directories.committed(writing.directory, writing.saved)


class Writing(NamedTuple):
    """A writing transaction, and what it has saved in the registry, one entry for each write."""

    transaction: Transaction
    directory: Directory
    saved: list[Entry]


def shell_of(request: Request) -> Shell:
    """Return the shell of the application that serves a request."""
    shell: Shell = request.app.state.shell
    return shell


AtHand = Annotated[Shell, Depends(shell_of)]
"""Parameter of a route that needs the shell."""

"""What wearers are judged against, kept for those asked about while the registry stays as it is."""

import threading
from collections import OrderedDict
from typing import Final

from api.directory import Directory
from api.views.registry import registry_of_wearer
from engine.hindsight import CaseFile

MOST_KEPT: Final = 200
"""Case files kept: one of a wearer who must keep away from every school takes some megabytes."""


class CaseFiles:
    """The case files of one revision of the registry. May be used by many threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._revision = -1
        self._kept: OrderedDict[str, CaseFile] = OrderedDict()

    def of(self, directory: Directory, wearer_id: str) -> CaseFile:
        """Return the case file of a wearer by a directory."""
        with self._lock:
            if self._revision == directory.revision and wearer_id in self._kept:
                self._kept.move_to_end(wearer_id)
                return self._kept[wearer_id]
        made = CaseFile.of(registry_of_wearer(directory, wearer_id), wearer_id)
        with self._lock:
            if self._revision != directory.revision:
                self._revision = directory.revision
                self._kept.clear()
            self._kept[wearer_id] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

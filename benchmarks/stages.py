"""Where the engine's time goes: a stopwatch with one hand, moved where a stage begins and ends.

Stages nest; time counts for the innermost. What is watched is patched in for as long as needed and
slows the engine a little, so shares and rates are measured in different rounds.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy.engine.base import Transaction as SqlAlchemyTransaction

from engine import filing, ruling
from engine.core import statement
from engine.ruling import Ruling
from engine.store.sql import store
from engine.store.sql.session import SqlSession

_WATCHED: Final[tuple[tuple[object, str, str], ...]] = (
    (statement, "decode", "decoding"),
    (ruling, "open_batch", "attributing, dropping what is known"),
    (Ruling, "_judge_all", "judging"),
    (filing, "build_block", "sealing the journal"),
    (ruling, "raise_alerts", "alerts"),
    (SqlSession, "rows", "store statements"),
    (SqlSession, "first", "store statements"),
    (SqlSession, "number", "store statements"),
    (SqlSession, "insert", "store statements"),
    (SqlSession, "change", "store statements"),
    (store, "take_ids", "store statements"),
    (SqlAlchemyTransaction, "commit", "commit, synced to disk"),
)
REST: Final = "everything else"


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage = REST
        self._since = time.perf_counter()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch every stage for as long as the block runs."""
        with ExitStack() as patches:
            for owner, name, stage in _WATCHED:
                watched = self._watched(getattr(owner, name), stage)
                patches.enter_context(patch.object(owner, name, watched))
            self._since = time.perf_counter()
            try:
                yield
            finally:
                self._move(REST)

    def _watched(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it is given
            outer = self._move(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self._move(outer)

        return call

    def _move(self, stage: str) -> str:
        now = time.perf_counter()
        self.seconds[self._stage] += now - self._since
        before, self._stage, self._since = self._stage, stage, now
        return before

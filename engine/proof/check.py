"""A check is what came of verifying something: identical, different, or not to be checked.

For people it is printed, for programs written as JSON; its outcome is the exit code.
"""

from enum import StrEnum
from typing import Final

import msgspec

from engine.core.journal import ChainHead
from engine.core.verdict import AlertVerdict


class Outcome(StrEnum):
    """What a check says, as a whole."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    UNVERIFIABLE = "unverifiable"


EXIT_CODES: Final = {Outcome.IDENTICAL: 0, Outcome.DIFFERENT: 1, Outcome.UNVERIFIABLE: 2}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked, and what came of it."""

    subject: str
    """What was checked, in words."""
    outcome: Outcome
    problems: tuple[str, ...] = ()
    """What is wrong, each with the block, part or field it is in."""
    notes: tuple[str, ...] = ()
    """What a reader has to know besides."""
    verdict: AlertVerdict | None = None
    head: ChainHead | None = None
    """Newest block of the chain that was checked."""

    def as_json(self) -> bytes:
        """Return the check for programs."""
        head = None if self.head is None else noted(self.head)
        body = msgspec.to_builtins(msgspec.structs.replace(self, head=None))
        return msgspec.json.encode(body | {"head": head})

    def lines(self) -> list[str]:
        """Return the check for people, one line a finding."""
        found = [f"{self.subject}: {self.outcome.value}"]
        found += [f"  {problem}" for problem in self.problems]
        if self.verdict is not None:
            found += _verdict_lines(self.verdict)
        if self.head is not None:
            found.append(f"  journal head: {noted(self.head)}")
        return found + [f"  note: {each}" for each in self.notes]


def noted(head: ChainHead) -> str:
    """Return a head as it is to be noted."""
    return f"{head.block_id}:{head.block_hash.hex()}"


def _verdict_lines(verdict: AlertVerdict) -> list[str]:
    found = [f"  alert.{each}" for each in verdict.differences]
    for episode in verdict.episodes:
        words = "identical" if episode.identical else "different"
        found.append(
            f"  episode {episode.episode_id} revision {episode.revision} ({episode.kind}, "
            f"{episode.state}): {words}"
        )
        found += [f"    {each}" for each in episode.differences]
        found += [f"    note: {each}" for each in episode.notes]
    return found

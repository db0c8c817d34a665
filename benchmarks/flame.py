"""Stacks of a running process, sampled by py-spy: a flame graph, and what they add up to.

py-spy looks from outside: the process runs as fast as before, but for the moments it is stopped.
"""

import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

RATE: Final = 250
"""Samples a second."""
_WAITING: Final = ("EpollSelector.select", "Condition.wait", "Queue.get")


class Stack(NamedTuple):
    """Where a thread was, the outermost call first, and in how many samples."""

    frames: tuple[str, ...]
    samples: int


def program() -> str | None:
    """Return where py-spy is; None if it is not installed."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


async def record(pid: int, into: Path, seconds: float, how: Literal["flamegraph", "raw"]) -> None:
    """Sample a process for so long, or until it ends.

    Raises:
        RuntimeError: py-spy is not there, or may not look into the process; says why.
    """
    tool = program()
    if tool is None:
        raise RuntimeError("py-spy is not installed: `make profile` installs what it needs")
    process = await asyncio.create_subprocess_exec(
        *(tool, "record", "--pid", str(pid), "--format", how, "--output", str(into)),
        *("--rate", str(RATE), "--duration", str(max(1, round(seconds))), "--full-filenames"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if not into.exists():
        raise RuntimeError(f"py-spy has recorded nothing: {said.decode().strip()[-500:]}")


def read(recorded: Path) -> list[Stack]:
    """Return the stacks of a raw recording, but of threads that wait."""
    stacks = []
    for line in recorded.read_text().splitlines():
        frames, _, samples = line.rpartition(" ")
        stacks.append(Stack(tuple(frames.split(";")), int(samples)))
    return [each for each in stacks if not each.frames[-1].startswith(_WAITING)]


Stages = Sequence[tuple[str, str]]
"""A part of a file's path, and the name of the stage that the file belongs to."""


def shares(stacks: Sequence[Stack], stages: Stages, rest: str) -> dict[str, float]:
    """Return each stage's share of all samples, the largest first.

    The innermost frame that is of any stage counts, and the first stage in order that it fits.
    """
    found: Counter[str] = Counter()
    for stack in stacks:
        found[_stage(stack, stages, rest)] += stack.samples
    whole = sum(found.values())
    return {name: samples / whole for name, samples in found.most_common()}


def _stage(stack: Stack, stages: Stages, rest: str) -> str:
    for frame in reversed(stack.frames):
        for part, name in stages:
            if part in frame:
                return name
    return rest


def costs(stacks: Sequence[Stack], *, own: bool, most: int = 40) -> list[tuple[str, float]]:
    """Return the share of all samples of the costliest frames, alone or with all they call."""
    found: Counter[str] = Counter()
    for stack in stacks:
        for frame in {stack.frames[-1]} if own else set(stack.frames):
            found[frame] += stack.samples
    whole = sum(stack.samples for stack in stacks)
    return [(frame, samples / whole) for frame, samples in found.most_common(most)]

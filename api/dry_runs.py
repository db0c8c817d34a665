"""Dry runs take seconds to minutes: each is a job, done one after the other beside the engine.

A job is the command `ringfence dry-run` in a process of its own, of low priority: judging a month
of a hundred wearers keeps a processor busy for minutes, and this process has an engine to run.
Jobs and their answers are kept in memory only; nothing of a dry run is stored.
"""

import os
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any, Final

import msgspec

from engine.dry_run import Plan
from zones.instant import Instant, render

MOST_UNFINISHED: Final = 5
"""Jobs that wait or run at a time."""
MOST_KEPT: Final = 100
"""Finished jobs whose answers are kept."""
LONGEST_S: Final = 3_600.0
"""Seconds after which a job is given up."""


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TooManyError(Exception):
    """As many jobs as may be are waiting."""


@dataclass(slots=True)
class Job:
    """One dry run that was asked for."""

    job_id: int
    asked_at: Instant
    plan: Plan
    question: bytes
    state: JobState = JobState.WAITING
    answer: dict[str, Any] | None = None
    problem: str | None = None
    finished: "Future[None]" = field(default_factory=Future)


class DryRuns:
    """The jobs of one process. May be used by many threads."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._jobs: OrderedDict[int, Job] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dry-run")
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, question: dict[str, Any], plan: Plan, now: Instant) -> Job:
        """Take a job on.

        Raises:
            TooManyError: too many are unfinished.
        """
        with self._lock:
            unfinished = sum(not each.finished.done() for each in self._jobs.values())
            if unfinished >= MOST_UNFINISHED or self._closed:
                raise TooManyError
            job = Job(next(self._numbers), now, plan, msgspec.json.encode(question))
            self._jobs[job.job_id] = job
            while len(self._jobs) - unfinished > MOST_KEPT:
                oldest = next(id_ for id_, each in self._jobs.items() if each.finished.done())
                del self._jobs[oldest]
            self._thread.submit(self._do, job)
        return job

    def get(self, job_id: int) -> Job | None:
        """Return a job; None if there is none, or none any more."""
        return self._jobs.get(job_id)

    def close(self) -> None:
        """Give up what is unfinished."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        self._thread.shutdown(cancel_futures=True)

    def _do(self, job: Job) -> None:
        try:
            job.state = JobState.RUNNING
            job.answer = self._run(job)
            job.state = JobState.DONE
        except (OSError, subprocess.SubprocessError, msgspec.MsgspecError, ValueError) as error:
            job.problem, job.state = str(error), JobState.FAILED
        finally:
            job.finished.set_result(None)

    def _run(self, job: Job) -> dict[str, Any]:
        child = self._begun(job)
        try:
            output, errors = child.communicate(job.question, timeout=LONGEST_S)
        finally:
            child.kill()
            with self._lock:
                self._child = None
        if child.returncode:
            said = errors.decode("utf-8", "replace").strip().splitlines()
            raise ValueError(said[-1] if said else f"it ended with code {child.returncode}")
        answer: dict[str, Any] = msgspec.json.decode(output)
        return answer

    def _begun(self, job: Job) -> subprocess.Popen[bytes]:
        until = render(job.plan.until)
        arguments = ["--question", "-", "--until", until, "--json"]
        with self._lock:
            if self._closed:
                raise ValueError("the server stops")
            self._child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "engine.commands.dry_run", *arguments],
                env=os.environ | {"RINGFENCE_DATABASE_URL": self._store_url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            return self._child

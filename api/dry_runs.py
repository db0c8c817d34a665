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
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from itertools import count
from typing import IO, Any, Final

import msgspec

from engine.core.dry_run_json import DONE
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
    CANCELLED = "cancelled"


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
    wearers_done: int = 0
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

    def cancel(self, job: Job) -> bool:
        """Give a job up; False if it is over already."""
        with self._lock:
            if job.state not in (JobState.WAITING, JobState.RUNNING):
                return False
            running, job.state = job.state is JobState.RUNNING, JobState.CANCELLED
            if running and self._child is not None:
                self._child.kill()
            elif not running:
                job.finished.set_result(None)
        return True

    def close(self) -> None:
        """Give up what is unfinished."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        self._thread.shutdown(cancel_futures=True)

    def _do(self, job: Job) -> None:
        with self._lock:
            if job.state is JobState.CANCELLED:
                return
            job.state = JobState.RUNNING
        try:
            job.answer = self._run(job)
            self._over(job, JobState.DONE)
        except (OSError, subprocess.SubprocessError, msgspec.MsgspecError, ValueError) as error:
            job.problem = str(error)
            self._over(job, JobState.FAILED)
        finally:
            job.finished.set_result(None)

    def _over(self, job: Job, state: JobState) -> None:
        with self._lock:
            if job.state is JobState.CANCELLED:
                job.answer = job.problem = None
            else:
                job.state = state

    def _run(self, job: Job) -> dict[str, Any]:
        child = self._begun(job)
        said: list[str] = []
        listening = threading.Thread(target=_listen, args=(child.stderr, job, said), daemon=True)
        giving_up = threading.Timer(LONGEST_S, child.kill)
        listening.start()
        giving_up.start()
        try:
            output = _asked(child, job.question)
        finally:
            giving_up.cancel()
            child.kill()
            child.wait()
            listening.join()
            with self._lock:
                self._child = None
        if child.returncode:
            raise ValueError(said[-1] if said else f"it ended with code {child.returncode}")
        answer: dict[str, Any] = msgspec.json.decode(output)
        return answer

    def _begun(self, job: Job) -> subprocess.Popen[bytes]:
        until = render(job.plan.until)
        arguments = ["--question", "-", "--until", until, "--json", "--count"]
        with self._lock:
            if self._closed or job.state is JobState.CANCELLED:
                raise ValueError("it was given up: the server stops, or somebody cancelled it")
            self._child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "engine.commands.dry_run", *arguments],
                env=os.environ | {"RINGFENCE_DATABASE_URL": self._store_url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            return self._child


def _asked(child: "subprocess.Popen[bytes]", question: bytes) -> bytes:
    """Return what a child answers to a question; what it said by then if it ends before."""
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError), child.stdin as question_to:
        question_to.write(question)
    with child.stdout as answer_of:
        answer = answer_of.read()
    child.wait()
    return answer


def _listen(errors: IO[bytes] | None, job: Job, said: list[str]) -> None:
    """Note how far a child is, and whatever else it says."""
    with errors or BytesIO() as lines:
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            if text.startswith(DONE) and text.removeprefix(DONE).isdecimal():
                job.wearers_done = int(text.removeprefix(DONE))
            elif text:
                said.append(text)

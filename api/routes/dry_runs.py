"""Dry runs: what a change of zones, hours or parameters would have meant, before it is made."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dry_runs import Job, TooManyError
from api.openapi import refusals
from api.problems import ProblemError, field_error, invalid, not_found
from api.routes.parameters import DryRunId
from api.schemas.dry_run import DryRunAnswer, DryRunIn, DryRunOut, DryRunQuery, ProposedOrder
from api.shell import AtHand
from api.views.registry import registry_of_directory
from engine.core.condition_wire import ConditionError
from engine.dry_run import planned
from zones.instant import render

router = APIRouter(prefix="/v1/dry-runs", tags=["dry runs"])

_RETRY_AFTER_S = 30
_ABOUT_STORING = {"version_from", "replaces_later", "expected_version", "reason"}


@router.post(
    "",
    operation_id="ask_dry_run",
    status_code=HTTPStatus.ACCEPTED,
    summary="What would a change have meant?",
    responses=refusals(HTTPStatus.TOO_MANY_REQUESTS, body=True),
)
def ask_dry_run(shell: AtHand, body: DryRunIn, response: Response) -> DryRunOut:
    """Judge a change over the last days' stored positions, without making it.

    The change is taken as if it had been in force during the whole window. Whom it concerns is
    found out. 202: the answer is at `Location` once `state` is `done`. 422 if it is too much at
    once, 429 while too many others wait.
    """
    now = shell.now()
    question = _question(body)
    with shell.read() as (_, directory):
        registry = registry_of_directory(directory)
    try:
        plan = planned(question, registry, now)
        job = shell.dry_runs.ask(question, plan, now)
    except ConditionError as error:
        where = ".".join(part for part in ("body", error.path) if part)
        raise invalid([field_error(where, error.fix, error.value)]) from None
    except TooManyError:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "as many dry runs as can wait are waiting: ask again later",
            headers={"Retry-After": str(_RETRY_AFTER_S)},
        ) from None
    response.headers["Location"] = f"/v1/dry-runs/{job.job_id}"
    return _out(job)


@router.get(
    "/{dry_run_id}",
    operation_id="get_dry_run",
    summary="A dry run and its answer",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
async def get_dry_run(
    shell: AtHand, dry_run_id: DryRunId, query: Annotated[DryRunQuery, Query()]
) -> DryRunOut:
    """Return a dry run, once it is done or `wait_s` seconds are over.

    Answers are kept until the server stops or a hundred later ones are there; then it is 404.
    """
    job = shell.dry_runs.get(dry_run_id)
    if job is None:
        raise not_found("dry run (any more)", dry_run_id)
    if query.wait_s:
        await asyncio.wait({asyncio.wrap_future(job.finished)}, timeout=query.wait_s)
    return _out(job)


@router.delete(
    "/{dry_run_id}",
    operation_id="cancel_dry_run",
    summary="Give a dry run up",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def cancel_dry_run(shell: AtHand, dry_run_id: DryRunId) -> DryRunOut:
    """Give up a dry run that waits or runs; one that is over stays as it is."""
    job = shell.dry_runs.get(dry_run_id)
    if job is None:
        raise not_found("dry run (any more)", dry_run_id)
    shell.dry_runs.cancel(job)
    return _out(job)


def _out(job: Job) -> DryRunOut:
    return DryRunOut(
        dry_run_id=job.job_id,
        state=job.state,
        asked_at=job.asked_at,
        since=job.plan.since,
        until=job.plan.until,
        wearer_ids=job.plan.wearer_ids,
        wearers_done=job.wearers_done,
        answer=None if job.answer is None else DryRunAnswer.model_validate(job.answer),
        problem=job.problem,
    )


def _question(body: DryRunIn) -> dict[str, Any]:
    """Return a question in the form that `engine.core.proposal_json` reads."""
    question = body.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if body.orders:
        question["orders"] = [_order(each) for each in body.orders]
    return question


def _order(order: ProposedOrder) -> dict[str, Any]:
    written = order.model_dump(mode="json", exclude_unset=True, exclude=_ABOUT_STORING)
    for name in ("effective_from", "effective_until"):
        if written.get(name) is not None:
            written[name] = render(written[name])
    return written

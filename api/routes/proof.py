"""Proof: an alert derived anew from the journal, its evidence in one file, and the signing key."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.openapi import refusals
from api.problems import ProblemError, not_found
from api.proofs import TooManyProofsError
from api.routes.parameters import AlertId
from api.schemas.proof import KeyOut, SigningKeyOut, VerificationOut, VerificationQuery
from api.shell import AtHand, Shell
from api.views.proof import verification_out
from engine.proof.chain import noted_head
from engine.proof.check import Check
from engine.proof.signing import (
    SigningKeyError,
    fingerprint,
    public_jwk,
    public_pem,
    raw_public,
    signing_key,
)

router = APIRouter(tags=["proof"])

_RETRY_AFTER_S = 10
_ZIP = "application/zip"


@router.get(
    "/v1/alerts/{alert_id}/verification",
    operation_id="verify_alert",
    summary="Does the journal lead to this alert?",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS),
)
async def verify_alert(
    shell: AtHand, alert_id: AlertId, query: Annotated[VerificationQuery, Query()]
) -> VerificationOut:
    """Check the whole journal, derive the alert anew from it alone, and compare every field.

    Takes as long as reading the journal does. 429 while too many others wait.
    """
    await asyncio.to_thread(_check_alert, shell, alert_id)
    noted = None if query.head is None else noted_head(query.head)
    try:
        check = await shell.proofs.verification(alert_id, noted)
    except TooManyProofsError:
        raise _later() from None
    return verification_out(alert_id, check)


@router.get(
    "/v1/alerts/{alert_id}/evidence",
    operation_id="get_evidence",
    summary="What an alert rests on, in one signed file",
    response_class=Response,
    responses={
        200: {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}},
        **refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
    },
)
async def get_evidence(shell: AtHand, alert_id: AlertId) -> Response:
    """Return the bundle of an alert; `ringfence verify --bundle` checks it without this engine.

    409 if the journal does not lead to the alert as it is stored.
    """
    await asyncio.to_thread(_check_alert, shell, alert_id)
    try:
        made = await shell.proofs.evidence(alert_id)
    except TooManyProofsError:
        raise _later() from None
    except SigningKeyError as error:
        raise _no_key(error) from None
    if isinstance(made, Check):
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"alert {alert_id} cannot be proved: see its verification",
            kind="not-proved",
            members={"findings": made.lines()},
        )
    name = f'attachment; filename="alert-{alert_id}-evidence.zip"'
    return Response(made, media_type=_ZIP, headers={"Content-Disposition": name})


@router.get(
    "/v1/signing-key",
    operation_id="get_signing_key",
    summary="The key that evidence is signed with",
    responses=refusals(),
)
def get_signing_key(shell: AtHand) -> SigningKeyOut:
    """Return the public key of this installation, to be compared with that of a bundle."""
    try:
        key = signing_key(shell.services.signing_key_file)
    except SigningKeyError as error:
        raise _no_key(error) from None
    return SigningKeyOut(
        fingerprint=fingerprint(raw_public(key.public_key())),
        pem=public_pem(key),
        jwk=KeyOut(**public_jwk(key)),
    )


def _check_alert(shell: Shell, alert_id: int) -> None:
    with shell.read() as (transaction, _):
        if transaction.alerts.get(alert_id) is None:
            raise not_found("alert", alert_id)


def _later() -> ProblemError:
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "as many proofs as can wait are waiting: ask again later",
        headers={"Retry-After": str(_RETRY_AFTER_S)},
    )


def _no_key(error: SigningKeyError) -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error), kind="signing-key")

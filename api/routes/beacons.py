"""Beacons: where each stands, each change as the next version."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import not_found
from api.routes.parameters import BeaconId, Vendor
from api.schemas.beacon import BeaconIn, BeaconOut, BeaconQuery
from api.schemas.page import Listing
from api.shell import AtHand
from api.views.dating import next_version
from engine.core.beacon import Beacon

router = APIRouter(prefix="/v1/beacons", tags=["devices"])


@router.put(
    "/{vendor}/{beacon_id}",
    operation_id="put_beacon",
    summary="Say where a beacon stands, as its next version",
    responses=refusals(HTTPStatus.CONFLICT, body=True)
    | {201: {"model": BeaconOut, "description": "Created."}},
)
def put_beacon(
    shell: AtHand, vendor: Vendor, beacon_id: BeaconId, body: BeaconIn, response: Response
) -> BeaconOut:
    """Store where a home unit stands. 201 for the first version, 200 for a later one.

    What says the same as the newest version makes no new one. 409 if its zone or wearer is not
    stored. Positions are where it stood, as far as known, when they were received.
    """
    said = Beacon(vendor=vendor, beacon_id=beacon_id, **body.model_dump(exclude={"effective_from"}))
    with shell.write() as (transaction, directory, saved):
        former = directory.beacons.get((vendor, beacon_id), ())
        entry = next_version(
            lambda version, since: msgspec.structs.replace(
                said, version=version, effective_from=since
            ),
            body,
            body.effective_from,
            former,
            shell.now(),
        )
        if entry not in former[-1:]:
            saved.append(entry := transaction.registry.save_beacon(entry))
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    return _out(entry)


@router.get(
    "/{vendor}/{beacon_id}",
    operation_id="get_beacon",
    summary="One beacon",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_beacon(shell: AtHand, vendor: Vendor, beacon_id: BeaconId) -> BeaconOut:
    """Return the newest version of a beacon."""
    return list_beacon_versions(shell, vendor, beacon_id)[-1]


@router.get(
    "/{vendor}/{beacon_id}/versions",
    operation_id="list_beacon_versions",
    summary="Every version of a beacon",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_beacon_versions(shell: AtHand, vendor: Vendor, beacon_id: BeaconId) -> list[BeaconOut]:
    """Return every version of a beacon, oldest first."""
    with shell.read() as (_, directory):
        versions = directory.beacons.get((vendor, beacon_id))
    if not versions:
        raise not_found(f"beacon of vendor {vendor!r}", beacon_id)
    return [_out(each) for each in versions]


@router.get(
    "", operation_id="list_beacons", summary="Beacons, by vendor and id", responses=refusals()
)
def list_beacons(
    shell: AtHand, request: Request, query: Annotated[BeaconQuery, Query()]
) -> Listing[BeaconOut]:
    """Return a page of the beacons that fit all filters, each in its newest version."""
    paging = Paging(request, query, str, str)
    with shell.read() as (_, directory):
        newest = [versions[-1] for _, versions in sorted(directory.beacons.items())]
    rows = [each for each in newest if _fits(each, query)]
    shown, cut = paging.cut_sorted(rows, lambda each: (each.vendor, each.beacon_id))
    return Listing(items=[_out(each) for each in shown], **cut._asdict())


def _fits(beacon: Beacon, query: BeaconQuery) -> bool:
    return query.vendor in (None, beacon.vendor) and query.wearer_id in (None, beacon.wearer_id)


def _out(beacon: Beacon) -> BeaconOut:
    return BeaconOut(**msgspec.structs.asdict(beacon))

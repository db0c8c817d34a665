"""The versions of a zone, and the one that withdraws it."""

from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter

from api.openapi import refusals
from api.problems import ProblemError, not_found
from api.routes.parameters import ByOperator, ZoneId
from api.schemas.geojson import ZoneFeature
from api.schemas.zone import ZoneVersions, ZoneWithdrawalIn
from api.shell import AtHand
from api.views.zone import zone_out
from api.views.zone_uses import left_without_zone
from api.views.zone_versions import check_expected, recorded, versions_out

router = APIRouter(prefix="/v1/zones", tags=["zones"])


@router.get(
    "/{zone_id}/versions",
    operation_id="list_zone_versions",
    summary="Every version of a zone",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_zone_versions(shell: AtHand, zone_id: ZoneId) -> ZoneVersions:
    """Return every version of a zone, oldest first: when each holds, who stored it, and why."""
    with shell.read() as (transaction, directory):
        versions = directory.zones.get(zone_id)
        if not versions:
            raise not_found("zone", zone_id)
        known = transaction.registry.zone_recorded(zone_id)
    return versions_out(versions, directory.histories[zone_id], known, shell.now())


@router.post(
    "/{zone_id}/withdraw",
    operation_id="withdraw_zone",
    summary="Let a zone count no more",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def withdraw_zone(
    shell: AtHand, zone_id: ZoneId, body: ZoneWithdrawalIn, operator: ByOperator = None
) -> ZoneFeature:
    """Store a version of which nothing is in effect; what runs against the zone ends then.

    Nothing is deleted, and storing the zone again brings it back. 409 if a condition would be left
    without any zone, or a window of it names this one; if `expected_version` is not the newest; or
    if the newest version withdraws it already.
    """
    with shell.write() as (transaction, directory, saved):
        former, registry = directory.zones.get(zone_id, ()), transaction.registry
        if not former:
            raise not_found("zone", zone_id)
        check_expected(zone_id, body.expected_version, former, registry.zone_recorded(zone_id))
        if former[-1].withdrawn:
            raise ProblemError(
                HTTPStatus.CONFLICT, f"zone {zone_id!r} is withdrawn already: store it to change it"
            )
        at = shell.now() if body.effective_from is None else body.effective_from
        if left := left_without_zone(zone_id, directory, max(at, shell.now())):
            order, condition_id = left[0]
            more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
            raise ProblemError(
                HTTPStatus.CONFLICT,
                f"condition {condition_id!r} of order {order.order_id!r}{more} would be left "
                "without a place: end it, or give it another zone, first",
            )
        gone = replace(former[-1], effective_from=at, withdrawn=True)
        how = recorded(operator, shell.now(), body.note)
        saved.append(zone := registry.save_zone(gone, how))
    return zone_out(zone)

"""Zones: stored as GeoJSON Features, each change as the next version; read alone or together.

Their versions and their end: `zone_versions`. What is only drawn, and many at once: `zone_drafts`.
"""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.directory import Directory
from api.openapi import refusals
from api.pages import Paging
from api.problems import ProblemError, field_error, invalid, not_found
from api.routes.parameters import ByOperator, ZoneId
from api.schemas.geojson import (
    ZoneCollection,
    ZoneFeature,
    ZoneFindings,
    ZoneFindingsQuery,
    ZoneQuery,
    ZoneStored,
    ZoneVersionQuery,
)
from api.schemas.zone import ZoneUses, ZoneWriteQuery
from api.shell import AtHand
from api.views.zone import box_of, in_state, meets, next_version, read_zone, zone_out
from api.views.zone_uses import uses_out, zones_of_wearer
from api.views.zone_versions import check_expected, recorded
from zones.area import Box
from zones.instant import Instant, render
from zones.zone import Zone

router = APIRouter(prefix="/v1/zones", tags=["zones"])

FEATURE_EXAMPLE: Final = {
    "type": "Feature",
    "properties": {"name": "Home", "radius_m": 100},
    "geometry": {"type": "Point", "coordinates": [13.405, 52.52]},
}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A GeoJSON Feature: Polygon, MultiPolygon, or Point with the property "
    "`radius_m`. Further properties: `name`, `effective_from` (RFC 3339; if left out, the first "
    "version always was and a later one takes effect now; null: it always was).",
    "content": {
        media_type: {
            "schema": {
                "type": "object",
                "required": ["type", "geometry"],
                "properties": {
                    "type": {"const": "Feature"},
                    "properties": {"type": ["object", "null"]},
                    "geometry": {"type": "object"},
                },
            },
            "example": FEATURE_EXAMPLE,
        }
        for media_type in ("application/geo+json", "application/json")
    },
}


async def raw_body(request: Request) -> bytes:
    """Return the body as it came."""
    return await request.body()


@router.put(
    "/{zone_id}",
    operation_id="put_zone",
    summary="Store a zone, as its next version",
    responses=refusals(HTTPStatus.CONFLICT, body=True)
    | {201: {"model": ZoneStored, "description": "Created."}},
    openapi_extra={"requestBody": _BODY},
)
def put_zone(
    shell: AtHand,
    zone_id: ZoneId,
    query: Annotated[ZoneWriteQuery, Query()],
    body: Annotated[bytes, Depends(raw_body)],
    response: Response,
    operator: ByOperator = None,
) -> ZoneStored:
    """Store a place. 201 for the first version, 200 for a later one.

    What says the same as the newest version makes no new one. 409 if `expected_version` is not the
    newest one: somebody else has changed the zone meanwhile.
    """
    new = read_zone(zone_id, body)
    with shell.write() as (transaction, directory, saved):
        former, registry = directory.zones.get(zone_id, ()), transaction.registry
        check_expected(zone_id, query.expected_version, former, registry.zone_recorded(zone_id))
        zone = next_version(new, former, shell.now())
        if zone not in former[-1:]:
            how = recorded(operator, shell.now(), query.note)
            saved.append(zone := registry.save_zone(zone, how))
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    with shell.read() as (reading, known):
        looking = shell.zone_findings
        found = (
            looking.of_used(zone, reading, known, shell.now(), 1)
            if former
            else looking.of_new(zone, reading, known, shell.now())
        )
    return ZoneStored(**dict(zone_out(zone)), findings=found)


@router.get(
    "/{zone_id}/findings",
    operation_id="get_zone_findings",
    summary="What in a zone is likely not meant so",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_zone_findings(
    shell: AtHand, zone_id: ZoneId, query: Annotated[ZoneFindingsQuery, Query()]
) -> ZoneFindings:
    """Hold the newest version of a zone against the positions and the orders that are stored.

    Positions are those of the wearers whose conditions use it, or of others if nobody does.
    """
    with shell.read() as (transaction, directory):
        versions = directory.zones.get(zone_id)
        if not versions:
            raise not_found("zone", zone_id)
        zone, now = versions[-1], shell.now()
        found = shell.zone_findings.of_used(zone, transaction, directory, now, query.days)
    return ZoneFindings(zone_id=zone_id, version=zone.version, findings=found)


@router.get(
    "/{zone_id}",
    operation_id="get_zone",
    summary="One zone",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_zone(
    shell: AtHand, zone_id: ZoneId, query: Annotated[ZoneVersionQuery, Query()]
) -> ZoneFeature:
    """Return a version of a zone: by number, or the one in effect at an instant (now)."""
    if query.version is not None and query.at is not None:
        raise invalid([field_error("query.at", "give `version` or `at`, not both")])
    with shell.read() as (_, directory):
        history = directory.histories.get(zone_id)
    if history is None:
        raise not_found("zone", zone_id)
    if query.version is not None:
        return zone_out(_by_number(directory.zones[zone_id], query.version))
    at = shell.now() if query.at is None else query.at
    zone = history.at(at)
    if zone is None:
        words = f"no version of zone {zone_id!r} is in effect at {render(at)}"
        raise ProblemError(HTTPStatus.NOT_FOUND, words)
    return zone_out(zone)


@router.get(
    "/{zone_id}/uses",
    operation_id="list_zone_uses",
    summary="Which conditions use a zone",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_zone_uses(shell: AtHand, zone_id: ZoneId) -> ZoneUses:
    """Return whom and what a change of a zone would concern."""
    with shell.read() as (_, directory):
        if zone_id not in directory.zones:
            raise not_found("zone", zone_id)
        return uses_out(zone_id, directory, shell.now())


@router.get("", operation_id="list_zones", summary="Zones, by id", responses=refusals())
def list_zones(
    shell: AtHand, request: Request, query: Annotated[ZoneQuery, Query()]
) -> ZoneCollection:
    """Return a page of the zones in effect at an instant (now) that fit all filters."""
    paging = Paging(request, query, str)
    box = None if query.bbox is None else box_of(query.bbox)
    at = shell.now() if query.at is None else query.at
    with shell.read() as (_, directory):
        shown, cut = paging.cut(_rows(paging, query, box, directory, at), _key)
    return ZoneCollection(features=[zone_out(each) for each in shown], **cut._asdict())


def _rows(
    paging: Paging, query: ZoneQuery, box: Box | None, directory: Directory, at: Instant
) -> list[Zone]:
    """Return the zones of a page, and the one after it: no others are made."""
    zone_ids: Iterable[str] = directory.zones
    if query.wearer_id is not None:
        own = zones_of_wearer(query.wearer_id, directory, at)
        zone_ids = [each for each in own if each in directory.zones]
    elif query.q is not None and "\n" not in query.q:
        zone_ids = directory.zones.called(query.q.casefold())
    elif box is not None:
        zone_ids = directory.zones.about(box)
    histories = directory.histories
    found = (in_state(histories[each], query.state, at) for each in paging.rest(sorted(zone_ids)))
    fits = _filter(query, box)
    return list(islice((each for each in found if each and fits(each)), paging.page.limit))


def _filter(query: ZoneQuery, box: Box | None) -> Callable[[Zone], bool]:
    text = None if query.q is None else query.q.casefold()

    def fits(zone: Zone) -> bool:
        named = text is None or text in f"{zone.zone_id}\n{zone.name}".casefold()
        return named and (box is None or meets(zone, box))

    return fits


def _key(zone: Zone) -> tuple[str]:
    return (zone.zone_id,)


def _by_number(versions: Sequence[Zone], number: int) -> Zone:
    for zone in versions:
        if zone.version == number:
            return zone
    raise not_found(f"version of zone {versions[0].zone_id!r} with number", number)

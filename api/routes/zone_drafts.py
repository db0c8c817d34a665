"""Zones before they are stored: findings of what is being drawn, and imports of many at once."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query

from api.openapi import refusals
from api.problems import invalid
from api.routes.parameters import ByOperator
from api.routes.zones import FEATURE_EXAMPLE, raw_body
from api.schemas.finding import FindingOut
from api.schemas.problem import FieldError
from api.schemas.zone import ZoneDraftFindings, ZoneImported, ZoneImportOut, ZoneImportQuery
from api.shell import AtHand, Shell, Writing
from api.views.zone import NewZone, decoded, feature_of, zone_of
from api.views.zone_import import Planned, features_of, planned
from api.views.zone_versions import recorded
from engine.core.recorded import Recorded

router = APIRouter(prefix="/v1/zones", tags=["zones"])

_DRAFT: Final = "draft"

_DRAFT_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A GeoJSON Feature, as far as it is drawn: as for a zone that is stored, but "
    "what is missing or wrong is told, not refused.",
    "content": {
        media_type: {
            "schema": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"const": "Feature"}},
            },
            "example": FEATURE_EXAMPLE,
        }
        for media_type in ("application/geo+json", "application/json")
    },
}

_COLLECTION: Final[dict[str, Any]] = {
    "required": True,
    "description": "A GeoJSON FeatureCollection of 1 to 1,000 zones, each as for one alone, with "
    "its id in the property `zone_id` or as the Feature's `id`.",
    "content": {
        media_type: {
            "schema": {
                "type": "object",
                "required": ["type", "features"],
                "properties": {
                    "type": {"const": "FeatureCollection"},
                    "features": {"type": "array", "minItems": 1, "maxItems": 1000},
                },
            },
            "example": {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"zone_id": "SCHOOL-1", "name": "School", "radius_m": 150},
                        "geometry": {"type": "Point", "coordinates": [13.41, 52.53]},
                    }
                ],
            },
        }
        for media_type in ("application/geo+json", "application/json")
    },
}


@router.post(
    "/findings",
    operation_id="find_in_zone_draft",
    summary="What is likely wrong with a zone that is being drawn",
    responses=refusals(body=True),
    openapi_extra={"requestBody": _DRAFT_BODY},
)
def find_in_zone_draft(
    shell: AtHand, body: Annotated[bytes, Depends(raw_body)]
) -> ZoneDraftFindings:
    """Say what would be said of a zone if it were stored. Nothing is.

    Quick enough to be asked at each change. With the `zone_id` of a zone that is stored, it is held
    against the conditions that use that one.
    """
    feature = feature_of(body)
    properties = feature.get("properties")
    stated = properties.get("zone_id") if isinstance(properties, dict) else None
    zone_id = stated if isinstance(stated, str) and stated else _DRAFT
    new = zone_of({**feature, "id": zone_id}, None, "body")
    if not isinstance(new, NewZone):
        return ZoneDraftFindings(storable=False, errors=_errors(new), findings=[])
    with shell.read() as (transaction, directory):
        looking = shell.zone_findings
        found = looking.of_draft(new.zone, transaction, directory, shell.now())
    return ZoneDraftFindings(storable=True, errors=[], findings=found)


@router.post(
    "/import",
    operation_id="import_zones",
    summary="Store many zones at once, or none",
    responses=refusals(body=True),
    openapi_extra={"requestBody": _COLLECTION},
)
def import_zones(
    shell: AtHand,
    query: Annotated[ZoneImportQuery, Query()],
    body: Annotated[bytes, Depends(raw_body)],
    operator: ByOperator = None,
) -> ZoneImportOut:
    """Store each Feature as the next version of its zone, in one transaction.

    422 if any of them is wrong: then nothing is stored. With `check=true` nothing is stored either,
    and the answer says of each what it would become.
    """
    features = features_of(decoded(body))
    if query.check:
        with shell.read() as (_, directory):
            plans = planned(features, directory.zones, shell.now())
        return ZoneImportOut(stored=False, features=_told(plans, shell))
    with shell.write() as writing:
        plans = planned(features, writing.directory.zones, shell.now())
        wrong = [error for plan in plans for error in plan.errors]
        if wrong:
            raise invalid(wrong)
        how = recorded(operator, shell.now(), query.note)
        plans = [_stored(plan, writing, how) for plan in plans]
    return ZoneImportOut(stored=True, features=_told(plans, shell))


def _stored(plan: Planned, writing: Writing, how: Recorded) -> Planned:
    if plan.zone is None or plan.outcome == "unchanged":
        return plan
    zone = writing.transaction.registry.save_zone(plan.zone, how)
    writing.saved.append(zone)
    return plan._replace(zone=zone)


def _told(plans: Sequence[Planned], shell: Shell) -> list[ZoneImported]:
    with shell.read() as (transaction, directory):
        now, looking = shell.now(), shell.zone_findings
        found = [
            [] if plan.zone is None else looking.of_new(plan.zone, transaction, directory, now)
            for plan in plans
        ]
    return [
        _imported(index, plan, findings)
        for index, (plan, findings) in enumerate(zip(plans, found, strict=True))
    ]


def _imported(index: int, plan: Planned, findings: list[FindingOut]) -> ZoneImported:
    return ZoneImported(
        index=index,
        zone_id=plan.zone_id,
        name=plan.name,
        outcome=plan.outcome,
        version=None if plan.zone is None else plan.zone.version,
        errors=_errors(plan.errors),
        findings=findings,
    )


def _errors(errors: Sequence[dict[str, object]]) -> list[FieldError]:
    return [FieldError.model_validate(each) for each in errors]

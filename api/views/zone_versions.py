"""The versions of one zone with their times, and that a change was made from the newest of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import pairwise

from api.problems import ProblemError
from api.schemas.zone import ZoneVersionFeature, ZoneVersionProperties, ZoneVersions
from api.views.zone import zone_out
from engine.core.recorded import Recorded
from zones.history import ZoneHistory
from zones.instant import Instant, render
from zones.zone import Zone


def versions_out(
    versions: Sequence[Zone],
    history: ZoneHistory,
    known: Mapping[int, Recorded],
    now: Instant,
) -> ZoneVersions:
    """Return the versions of a zone, each with when it holds and how it came to be."""
    untils = {one.version: other.effective_from for one, other in pairwise(history.versions)}
    counted = {each.version for each in history.versions}
    current = history.latest(now)
    features = []
    for zone in versions:
        feature, how = zone_out(zone), known.get(zone.version)
        until = untils.get(zone.version) if zone.version in counted else zone.effective_from
        properties = ZoneVersionProperties(
            **dict(feature.properties),
            effective_until=until,
            in_effect=current is not None and current.version == zone.version,
            recorded_at=None if how is None else how.at,
            recorded_by=None if how is None else how.by,
            note="" if how is None else how.note,
        )
        features.append(
            ZoneVersionFeature(
                type="Feature", id=feature.id, geometry=feature.geometry, properties=properties
            )
        )
    return ZoneVersions(features=features)


def recorded(by: str | None, now: Instant, note: str) -> Recorded:
    """Return how a version comes to be that is stored now; `by` is the operator, if one is named.

    The name is claimed, not checked.
    """
    return Recorded(at=now, by="local" if by is None else f"local/{by}", note=note)


def check_expected(
    zone_id: str,
    expected: int | None,
    former: Sequence[Zone],
    known: Mapping[int, Recorded],
) -> None:
    """Check that a change was made from the newest version of a zone.

    Raises:
        ProblemError: it was not; says what was stored meanwhile, when and by whom.
    """
    newest = former[-1].version if former else 0
    if expected is None or expected == newest:
        return
    if not former:
        words = f"zone {zone_id!r} is not stored: leave out expected_version, or give 0"
        raise ProblemError(HTTPStatus.CONFLICT, words, kind="version-conflict")
    how = known.get(newest)
    told = "" if how is None else f" at {render(how.at)} by {how.by}"
    began = "a new zone" if expected == 0 else f"version {expected}"
    raise ProblemError(
        HTTPStatus.CONFLICT,
        f"version {newest} of zone {zone_id!r} was stored{told}, and this change was made from "
        f"{began}: look at what it says now, and make the change from there",
        kind="version-conflict",
        members={"version": newest},
    )

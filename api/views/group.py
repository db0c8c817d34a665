"""Groups of zones and classes of wearers on the wire, and back."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from api.problems import field_error, invalid
from api.schemas.group import WearerClassIn, WearerClassOut, ZoneGroupIn, ZoneGroupOut
from api.views.dating import next_version
from api.views.order import check_unique, condition_out, read_one
from engine.core.registry import WearerClass
from zones.group import ZoneGroup
from zones.instant import Instant
from zones.wallclock import timezone


def group_out(group: ZoneGroup) -> ZoneGroupOut:
    """Return one version of a group."""
    return ZoneGroupOut(
        group_id=group.group_id,
        version=group.version,
        name=group.name,
        zones=list(group.zone_ids),
        effective_from=group.effective_from,
    )


def read_group(
    group_id: str, body: ZoneGroupIn, former: Sequence[ZoneGroup], now: Instant
) -> ZoneGroup:
    """Return the next version of a group, or its newest one if that says the same.

    Raises:
        ProblemError: a zone is named twice.
    """
    try:
        said = ZoneGroup(group_id, tuple(body.zones), body.name)
    except ValueError as error:
        raise invalid([field_error("body.zones", str(error))]) from None
    return next_version(
        lambda version, since: replace(said, version=version, effective_from=since),
        body,
        body.effective_from,
        former,
        now,
    )


def class_out(wearer_class: WearerClass) -> WearerClassOut:
    """Return one version of a class."""
    return WearerClassOut(
        class_id=wearer_class.class_id,
        version=wearer_class.version,
        name=wearer_class.name,
        timezone=wearer_class.timezone,
        conditions=[condition_out(each) for each in wearer_class.conditions],
        effective_from=wearer_class.effective_from,
    )


def read_class(
    class_id: str, body: WearerClassIn, former: Sequence[WearerClass], now: Instant
) -> WearerClass:
    """Return the next version of a class, or its newest one if that says the same.

    Raises:
        ProblemError: what is wrong with which field.
    """
    try:
        timezone(body.timezone)
    except ValueError as error:
        fix = str(error).removeprefix("timezone: ")
        raise invalid([field_error("body.timezone", fix, body.timezone)]) from None
    conditions = [
        msgspec.structs.replace(read_one(each, f"body.conditions[{i}]", body.timezone), version=1)
        for i, each in enumerate(body.conditions)
    ]
    check_unique(conditions)
    said = WearerClass(
        class_id=class_id, name=body.name, timezone=body.timezone, conditions=tuple(conditions)
    )
    return next_version(
        lambda version, since: msgspec.structs.replace(said, version=version, effective_from=since),
        body,
        body.effective_from,
        former,
        now,
    )

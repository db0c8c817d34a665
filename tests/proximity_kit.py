"""Stories of a wearer and a protected person, both on the line of `judgement_kit`."""

import msgspec

from engine.core.counterpart import Counterpart
from engine.core.order import Activation, Condition, ConditionKind, Parameters, Role, Supervision
from engine.core.proximity import Proximity
from tests.judgement_kit import ALWAYS, MAX_AGE_S, T0, condition, position, supervision
from zones.instant import Instant
from zones.schedule import Schedule

PERSON = "p1"
HER_ACTIVATION = 2
KEEP_M = 300.0
TARGET = f"protected/{PERSON}"


def hers(
    seconds: float,
    metres: float,
    accuracy_m: float | None = 10.0,
    *,
    seq: int = 0,
    speed_mps: float | None = None,
    activation_id: int = HER_ACTIVATION,
) -> Counterpart:
    """Return a position of the protected person as a report of the wearer's fold."""
    at = position(seconds, metres, accuracy_m, seq=seq)
    worn = msgspec.structs.replace(at, activation_id=activation_id, speed_mps=speed_mps)
    return Counterpart(person_id=PERSON, position=worn)


def keep_away(
    *persons: str,
    distance_m: float = KEEP_M,
    pairing_age_s: float = 180.0,
    schedule: Schedule = ALWAYS,
    parameters: Parameters | None = None,
    condition_id: str = "away",
) -> Condition:
    """Return a proximity condition; from `PERSON` if nobody is named."""
    made = condition(
        ConditionKind.PROXIMITY,
        condition_id=condition_id,
        schedule=schedule,
        parameters=parameters,
    )
    asked = Proximity(
        protected_persons=persons or (PERSON,), distance_m=distance_m, pairing_age_s=pairing_age_s
    )
    return msgspec.structs.replace(made, proximity=asked)


def her_device(
    activation_id: int = HER_ACTIVATION,
    started_at: Instant = T0,
    ended_at: Instant | None = None,
    person_id: str = PERSON,
) -> Activation:
    """Return an activation of a protected person."""
    return Activation(
        activation_id=activation_id,
        wearer_id=person_id,
        vendor="v",
        device_id=f"d{activation_id}",
        started_at=started_at,
        ended_at=ended_at,
        role=Role.PROTECTED,
    )


def watching(
    *conditions: Condition,
    max_age_s: float = MAX_AGE_S,
    started_at: Instant = T0,
    ended_at: Instant | None = None,
) -> Supervision:
    """Return the supervision of a wearer who must keep away from the protected person."""
    made = supervision(
        *(conditions or (keep_away(),)),
        max_age_s=max_age_s,
        started_at=started_at,
        ended_at=ended_at,
    )
    return msgspec.structs.replace(made, counterparts=(her_device(),))

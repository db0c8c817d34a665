"""Where protected persons were, on the wire: left out unless it is to be revealed."""

from api.schemas.protected import CounterpartOut
from engine.core.episode import Evidence
from zones.instant import SECOND


def counterpart_out(evidence: Evidence, *, reveal: bool) -> CounterpartOut | None:
    """Return the other position of a pair; None where there is none."""
    other = evidence.counterpart
    if other is None:
        return None
    return CounterpartOut(
        protected_person_id=other.person_id,
        fix_time=other.fix_time,
        judged_at=other.at,
        age_s=(other.at - other.fix_time) / SECOND,
        wearer_age_s=(other.at - evidence.fix_time) / SECOND,
        accuracy_m=other.accuracy_m,
        distance_m=other.distance_m,
        keep_m=other.limit_m,
        sigma_m=other.sigma_m,
        lat=other.lat if reveal else None,
        lon=other.lon if reveal else None,
        digest=other.digest.hex() if reveal else None,
    )

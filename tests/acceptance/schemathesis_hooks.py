"""A check for Schemathesis: which right-looking requests the API may refuse.

Some rules cannot be said in a JSON schema: that a time zone exists, that an end is after its start,
that a cursor belongs to its list. A request that fits the schema may be refused for those only.
"""

import re
from datetime import datetime

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import Failure
from schemathesis.generation import GenerationMode

from api.problems import UNKNOWN_FIELD

BEYOND_THE_SCHEMA = re.compile(
    r"query\.(cursor|at|bbox|since|until|from)"
    r"|body(\.conditions\[\d+\])?\.(timezone|ical|zones?|weekly|effective_(from|until))"
    r"|body(\.conditions\[\d+\])?\.(weekly|extra|passes|suspensions)\[\d+\]\.\w+(\[\d+\])?"
    r"|body\.conditions\[\d+\]\.id"
    r"|body(\.conditions\[\d+\])?\.(protected_persons?|distance_m|pairing_age_s|groups)"
    r"|body(\.conditions\[\d+\])?\.(minimum_stay_s|late_after_s|early_before_s)"
    r"|body\.(zones|orders|parameters|wearer_ids)(\[\d+\]\S*)?"
    r"|body\.conditions\[\d+\]\.(order_id|condition\.\S+)"
    r"|body\.schedule\.\S+|body\.(calendar|hours(\[\d+\])?|days\[\d+\]\.day)"
    r"|body\.wearer_id"
    r"|body\.(version_from|started_at|ended_at|note|end|from)"
    r"|body(\.(geometry|properties)\S*)?"
    r"|body\.features(\[\d+\]\S*)?"
)


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2199, 1, 1))  # noqa: DTZ001
OFFSETS = st.sampled_from(["Z", "z", "+01:00", "-09:30"])
schemathesis.openapi.format(
    "date-time", st.builds(lambda time, offset: time.isoformat() + offset, TIMES, OFFSETS)
)


@schemathesis.check
def refused_for_rules_beyond_the_schema_only(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """A request that fits the schema is refused only for fields with further rules."""
    meta = case.meta
    if response.status_code != 422 or meta is None:
        return
    if any(each.mode is not GenerationMode.POSITIVE for each in meta.components.values()):
        return
    errors = response.json()["errors"]
    if any(each["message"] == UNKNOWN_FIELD for each in errors):
        return  # an additional property, which every schema of ours forbids
    fields = [each["field"] for each in errors]
    unexpected = [field for field in fields if not BEYOND_THE_SCHEMA.fullmatch(field)]
    if unexpected or not fields:
        raise Failure(
            operation=case.operation.label,
            title="Schema-valid field refused",
            message=f"{unexpected}: {response.text}",
        )

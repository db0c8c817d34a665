"""What a lane knows after a start is what it would know without one."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.caseload import Caseload
from engine.core.fold import in_order
from engine.core.folding import time_of
from engine.core.lane_table import LaneTable
from engine.core.position_columns import ARRAYS
from engine.core.vitals import Vitals
from tests.history_kit import NIGHTS, supervisions
from tests.property.test_quiet_on_stores import calm_lives
from tests.stored_kit import Known, Stored

ASKED = (
    "since",
    "after",
    "until",
    "due",
    "head",
    *Vitals.__struct_fields__,
    "max_age",
    "shared_factor",
)


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.data())
def test_a_start_finds_a_lane_as_it_was(stored: Stored, data: st.DataObject) -> None:
    """After each message: opened or not, for the same zones and times, from the same position.

    But where the newest position stored is not judged, the next one may be folded.
    """
    night = data.draw(st.sampled_from(NIGHTS))
    judged_by = data.draw(supervisions(night))
    stored.begin(Known.of(judged_by))
    for report in in_order(data.draw(calm_lives(judged_by, night))):
        stored.take([report], time_of(report))
        fresh = Caseload()
        with stored.store.read() as transaction:
            fresh.load(transaction)
        known, found = lane(stored.caseload), lane(fresh)
        event(f"open: {known is not None}")
        verdicts = stored.verdicts()
        assert found == known or (found is None and verdicts[max(verdicts)])


def lane(caseload: Caseload) -> dict[str, Any] | None:
    """Return all that is known of the lane of the only activation; None if nothing is quiet."""
    lanes = caseload.lanes
    table: LaneTable = lanes._table
    row = table.find(1)
    if row >= 0 and table["stored"][row]:
        lanes._read(np.array([row]))
    if row < 0 or not table["open"][row] or table["until"][row] <= table["after"][row]:
        return None
    one = np.array([row])
    sets = table.sets[row].tolist()
    known: dict[str, Any] = {name: table[name][row].item() for name in ASKED}
    known |= {f"last {name}": repr(table.last(name)[row].item()) for name in ARRAYS}
    known |= {"turns": table.turns[row].tolist(), "sets": sets}
    known["groups"] = table.groups[row, : max(sets) + 1].tolist()
    for entries, names in ((table.places, ("set", "group", "factor")), (table.fences, ("factor",))):
        _, at = entries.places(one)
        zones = [table.zones.zones[each].key for each in entries["zone"][at].tolist()]
        known["".join(names)] = (zones, *(entries[name][at].tolist() for name in names))
    return known

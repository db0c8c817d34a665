"""The page for device vendors says what the code does."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import fields

from engine.core import battery, beacon_fold, faults
from engine.core.decode import decode
from engine.core.device_event import CLOCK_WRONG, HEARD, EventState
from engine.core.episode import SEVERITY, EpisodeKind
from engine.core.position import ASSUMED_ACCURACY_M, Mechanism, Quarantine
from engine.core.rejection import Reason, Rejection
from engine.core.topic import telemetry_topic
from engine.core.wire import (
    MAX_ITEMS,
    MAX_PAYLOAD_BYTES,
    MAX_POSITIONS,
    Message,
    WireEvent,
    WirePosition,
    WireRange,
)

PAGE = (Path(__file__).parents[2] / "docs" / "wire-contract.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```json ([^\n]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TOPIC = telemetry_topic("acme", "RF-104233")


def section(heading: str) -> str:
    """Return the text under a heading, up to the next one."""
    return re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(heading: str) -> dict[str, str]:
    """Return the rows of the table under a heading, by the name in their first column."""
    found = re.findall(r"^(\| `(\w+)` \|.*)$", section(heading), re.MULTILINE)
    return {name: row for row, name in found}


def bounds(kind: object) -> list[str]:
    """Return the limits that a field's type states, as text."""
    found = []
    for part in get_args(kind):
        if isinstance(part, msgspec.Meta):
            found += [str(limit) for limit in (part.ge, part.le) if limit is not None]
        else:
            found += bounds(part)
    return found


def test_page_holds_examples_of_every_sort() -> None:
    """Every JSON block on the page is one that a test below reads."""
    kinds = [info.split()[0] for info, _ in BLOCKS]
    assert PAGE.count("```json") == len(BLOCKS)
    assert [kinds.count(kind) for kind in ("accepted", "rejection", "rejected")] == [5, 1, 5]


@pytest.mark.parametrize("text", [text for info, text in BLOCKS if info == "accepted"])
def test_accepted_examples_are_taken_whole(text: str) -> None:
    """An example shown as good decodes without a rejection, and says something."""
    decoded = decode(TOPIC, text.encode())
    assert decoded.rejections == ()
    assert len(decoded.messages) == (2 if text.startswith("[") else 1)


@pytest.mark.parametrize(
    ("info", "text"), [block for block in BLOCKS if block[0].startswith("rejected")]
)
def test_rejected_examples_are_rejected_as_stated(info: str, text: str) -> None:
    """An example shown as bad is rejected once, with the reason and field the page states."""
    _, reason, *path = info.split()
    (rejection,) = decode(TOPIC, text.encode()).rejections
    assert (rejection.reason, rejection.field) == (reason, path[0] if path else None)


def test_example_beside_a_bad_position_is_taken() -> None:
    """The page's promise that the other position and the alarm are taken holds for its example."""
    text = next(text for info, text in BLOCKS if '"sos"' in text and info.startswith("rejected"))
    (message,) = decode(TOPIC, text.encode()).messages
    assert ([p.lat for p in message.positions], [e.type for e in message.events]) == (
        [52.52],
        ["sos"],
    )


def test_rejection_example_is_one_the_decoder_gives() -> None:
    """The rejection shown is word for word what a vendor gets."""
    shown = next(text for info, text in BLOCKS if info == "rejection")
    bad = next(text for info, text in BLOCKS if info.endswith("$.positions[1].lat"))
    (rejection,) = decode(TOPIC, bad.encode()).rejections
    assert msgspec.json.decode(shown, type=Rejection) == rejection


@pytest.mark.parametrize(
    ("heading", "struct"),
    [
        ("Message", Message),
        ("Position", WirePosition),
        ("Range", WireRange),
        ("Event", WireEvent),
    ],
)
def test_every_field_is_described_with_its_limits(
    heading: str, struct: type[msgspec.Struct]
) -> None:
    """The tables list exactly the fields of the types, each with the limits its type checks."""
    table = rows(heading)
    assert list(table) == [info.name for info in fields(struct)]
    for info in fields(struct):
        missing = [limit for limit in bounds(info.type) if limit not in table[info.name]]
        assert not missing, (info.name, missing)


def test_every_word_of_the_contract_is_explained() -> None:
    """Each reason, quarantine, state and mechanism has its place on the page."""
    assert set(rows("Rejections")) == {reason.value for reason in Reason}
    assert set(rows("Duplicates, ties, quarantine")) == {reason.value for reason in Quarantine}
    assert all(f"`{state}`" in rows("Event")["state"] for state in EventState)
    assert all(f"`{mechanism}`" in rows("Position")["mechanism"] for mechanism in Mechanism)


def test_every_type_of_event_has_the_severity_of_its_episode() -> None:
    """The page lists each type that makes an episode, with the severity that has."""
    table = rows("Types of event")
    types = {*faults.REPORTED, *battery.LEVELS, *beacon_fold.REPORTED}
    assert set(table) == types | {HEARD, CLOCK_WRONG}
    for type_ in types:
        assert f"| {SEVERITY[EpisodeKind(type_)]} |" in table[type_]


def test_limits_and_assumptions_are_those_of_the_code() -> None:
    """The page's limits of a payload and assumed accuracies are the code's."""
    for limit in (MAX_PAYLOAD_BYTES, MAX_POSITIONS, MAX_ITEMS):
        assert f"{limit:,}" in PAGE
    for mechanism, accuracy_m in ASSUMED_ACCURACY_M.items():
        assert f"{accuracy_m:,.0f} m (`{mechanism}`)" in PAGE

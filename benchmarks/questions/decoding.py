"""How long does it take to read a message, with everything the wire contract demands checked?"""

import json

import msgspec

from benchmarks.country import FLIP, Country
from benchmarks.country_life import Lives
from benchmarks.row import Row
from benchmarks.timing import Effort, median_seconds
from engine.core.decode import decode
from engine.core.wire import Message

MESSAGES = 2_000


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    pairs = [each[:2] for each in Lives(Country(MESSAGES), FLIP).minute(0)]
    bare = msgspec.json.Decoder(Message)
    took = median_seconds(
        {
            "ours": lambda: [decode(topic, payload) for topic, payload in pairs],
            "json": lambda: [json.loads(payload) for _, payload in pairs],
            "msgspec": lambda: [bare.decode(payload) for _, payload in pairs],
        },
        effort.pick(9, 51),
    )
    each_us = {name: value / len(pairs) * 1e6 for name, value in took.items()}
    rivals = {
        "json": "json.loads, nothing checked",
        "msgspec": "msgspec with the same types, limits and topic unchecked",
    }
    return [
        Row(
            id=f"decode-vs-{name}",
            question="Reading a message of one position, all limits and the topic checked?",
            value=each_us["ours"],
            unit="µs/message",
            rival=rival,
            rival_value=each_us[name],
        )
        for name, rival in rivals.items()
    ]

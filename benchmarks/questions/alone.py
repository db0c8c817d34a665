"""What does one position cost the engine, alone on one core, and what does growth change about it?

No broker, no network: see `country_alone`. Processor time of the whole process, durable commits,
journal, ticks and everything behind the commits included, in the steady state. The rival decodes
the same payloads with msgspec into the structs of the wire, in the same process, and does nothing
with them.
"""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.country import SHARED, Country
from benchmarks.country_alone import Found, Plan, measured
from benchmarks.country_store import country_store, write_country
from benchmarks.flame import shares
from benchmarks.profile import REST, STAGES, sampled
from benchmarks.row import Row
from benchmarks.timing import Effort
from simulators.postgres_server import postgres_server

_DECODING = "msgspec decodes the same payloads into structs, nothing else"


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    country = Country(effort.pick(4_000, 254_700), effort.pick(2_000, SHARED))
    uploads = effort.pick(200, 5_000)
    found = _measured(country, Plan.of(country, minutes=3, uploads=uploads, flip=True))
    who = f"{country.wearers:,} wearers, {country.wearers * country.own:,} own zones"
    payload = found.payload_bytes
    return [
        _row(
            "engine_vs_decode",
            f"Processor time of a position, engine alone, {who} and {country.shared:,} of all?",
            _DECODING,
            found.us("single"),
            found.decode_us("single"),
        ),
        _row(
            "batched_vs_decode",
            "The same, 60 positions in a message?",
            _DECODING,
            found.us("batched"),
            found.decode_us("batched"),
        ),
        _row(
            "after_flip",
            "The same in the minute after all curfews have begun?",
            "in the minutes after it",
            found.us("after the flip"),
            found.us("single"),
        ),
        Row(
            id="flip_s",
            question="19:00, all curfews begin at once: everything that time alone leads to?",
            value=found.flip_s,
            unit="s",
            rival="taking a position from each",
            rival_value=found.us("single") * country.wearers / 1e6,
        ),
        *_growth(effort, found, country),
        Row(
            id="bytes_per_position",
            question="Bytes a position takes in the store, journal included?",
            value=found.bytes_per_position,
            unit="bytes/position",
            rival="its payload as it came",
            rival_value=payload,
        ),
    ]


def postgresql_rows(effort: Effort) -> list[Row]:
    """Return the row on PostgreSQL; none if no server starts here."""
    country = Country(effort.pick(1_000, 10_000), effort.pick(500, 10_000))
    plan = Plan.of(country, minutes=2)
    try:
        with postgres_server() as url:
            write_country(country, url)
            ours = asyncio.run(measured(url, plan))
    except RuntimeError as error:
        print(f"left out: {error}")
        return []
    sqlite = _measured(country, plan)
    return [
        Row(
            id="engine_postgresql",
            question=f"The engine alone on PostgreSQL, {country.wearers:,} wearers?",
            value=ours.per_second("single"),
            unit="positions/s",
            rival="the same on SQLite",
            rival_value=sqlite.per_second("single"),
        )
    ]


def stage_rows(effort: Effort) -> list[Row]:
    """Return what each stage takes of a position; none where no samples can be taken."""
    country = Country(effort.pick(1_500, 20_000), effort.pick(1_000, SHARED))
    try:
        stacks, found = asyncio.run(sampled(country, effort.pick(2, 6), draw=False))
    except RuntimeError as error:
        print(f"left out: {error}")
        return []
    whole = found.us("single")
    return [
        _row(
            f"stage_{number}",
            f"… of the processor time of a position: {name}",
            "of all stages together",
            share * whole,
            whole,
        )
        for number, (name, share) in enumerate(shares(stacks, STAGES, REST).items(), 1)
    ]


def _growth(effort: Effort, found: Found, country: Country) -> list[Row]:
    times = effort.pick(10, 100)
    small = Country(country.wearers // times, country.shared)
    fewer = _measured(small, Plan.of(small, minutes=effort.pick(6, 20)))
    return [
        _row(
            "wearers_growth",
            f"Processor time of a position with {times}× the wearers and their zones?",
            f"with {small.wearers:,} wearers",
            found.us("single"),
            fewer.us("single"),
        )
    ]


def _measured(country: Country, plan: Plan) -> Found:
    with tempfile.TemporaryDirectory() as name:
        url = country_store(country, Path(name) / "engine.db")
        return asyncio.run(measured(url, plan))


def _row(name: str, question: str, rival: str, value: float, rival_value: float) -> Row:
    return Row(
        id=name,
        question=question,
        value=value,
        unit="µs/position",
        rival=rival,
        rival_value=rival_value,
    )

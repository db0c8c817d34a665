"""Many wearers played side by side, each in whichever process is free; the sum is the same."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from typing import Any, Final

from benchmarks.quality.playing import Result, play
from benchmarks.quality.report import as_json
from benchmarks.quality.wearers import draw
from simulators.city import City

CORES: Final = 2


@dataclass(frozen=True, slots=True)
class Setup:
    """Who is played for how long, and how often their devices report."""

    seed: int
    wearers: int
    days: int
    interval_s: int
    said: tuple[tuple[str, float], ...] = ()
    """Parameters of every condition in place of those of its kind."""
    worse: float = 1.0


def run(setup: Setup, pool: ProcessPoolExecutor) -> Result:
    """Return the sum of what every wearer gives."""
    result = Result()
    for each in pool.map(_play, [setup] * setup.wearers, range(setup.wearers)):
        result.add(each)
    return result


def _play(setup: Setup, number: int) -> Result:
    wearer = draw(_city(setup.seed), setup.seed, number, setup.worse)
    conditions = tuple(each | dict(setup.said) for each in wearer.conditions)
    wearer = replace(wearer, conditions=conditions)
    return play(wearer, setup.days, setup.interval_s)


@cache
def _city(seed: int) -> City:
    return City.generate(seed)


def measured(setup: Setup, sparse: Setup | None, worse: Setup | None) -> dict[str, Any]:
    """Return the JSON of a whole benchmark: the headline, and what stands beside it."""
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        found = as_json(run(setup, pool))
        if sparse is not None:
            found["plan_300_s"] = as_json(run(sparse, pool))
        if worse is not None:
            found["errors_twice_as_large"] = as_json(run(worse, pool))
    found["setup"] = {"seed": setup.seed, "wearers": setup.wearers, "days": setup.days}
    found["setup"] |= {"interval_s": setup.interval_s, "said": dict(setup.said)}
    return found

"""What a country's devices report: a position a minute each, the minute spread over all of them.

At home or at work a receiver errs by some metres; a commuter is 7 m/s on his way. One in a thousand
of those at home is at any time in one of his own zones to keep out of, three minutes each visit, so
that alerts come up all the time: 85 a minute in a whole country.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks.country import VENDOR, Bools, Country
from engine.sources.source import Delivery
from zones.instant import MINUTE, SECOND, Instant, render
from zones.metric import Floats

ON_THE_WAY: Final = 2 * SECOND
VISIT: Final = 3
"""Minutes."""
_VISIT_EVERY: Final = 3_000
_STRIDE: Final = 7_919
_THERE_AND_BACK: Final = 40
"""Minutes."""
_METRES: Final = 1 / 111_195.0


class Sent(NamedTuple):
    """One message as a device publishes it."""

    topic: str
    payload: bytes
    received_at: Instant


def seq_of(minute: int) -> int:
    """Return what the message of a minute counts as."""
    return 100_000 + minute


class Lives:
    """Everyone's positions, minute by minute from a start; minutes before it are negative."""

    def __init__(self, country: Country, start: Instant) -> None:
        self.country = country
        self._start = start
        numbers = np.arange(country.wearers)
        self._seconds = (numbers * 60 // country.wearers).tolist()
        names = [country.device_id(number) for number in range(country.wearers)]
        self._topics = [f"ringfence/v1/{VENDOR}/{name}/telemetry" for name in names]
        self._heads = [f'{{"device":"{name}","seq":' for name in names]
        self._fixed = np.where(country.works[:, None], country.workplaces, country.homes)
        self._visits = ~country.works & ~country.commutes

    def visiting(self, minute: int) -> Bools:
        """Tell who is in the first of his own zones to keep out of."""
        turn = (np.arange(self.country.wearers) * _STRIDE + minute) % _VISIT_EVERY
        return self._visits & (turn < VISIT)

    def places(self, minute: int) -> tuple[Floats, Floats]:
        """Return where everyone's receiver says he is, and its accuracy in metres."""
        country, rng = self.country, np.random.default_rng([self.country.seed, 3, minute + 10_000])
        back = np.abs((minute + np.arange(country.wearers)) % _THERE_AND_BACK - 20) / 20.0
        way = country.homes + back[:, None] * (country.workplaces - country.homes)
        at = np.where(country.commutes[:, None], way, self._fixed)
        at = np.where(self.visiting(minute)[:, None], country.own_circles[:, 0, :2], at)
        error = rng.normal(0.0, 3.0 * _METRES, at.shape)
        return np.round(at + error, 6), np.round(rng.uniform(4.0, 12.0, country.wearers), 1)

    def minute(self, number: int, who: range | None = None) -> list[Sent]:
        """Return one minute's messages, of everyone or some, in the order of their times."""
        return self.uploads(number, 1, who)

    def uploads(self, first: int, minutes: int, who: range | None = None) -> list[Sent]:
        """Return a message from each, with his positions of so many minutes in it."""
        chosen = range(self.country.wearers) if who is None else who
        columns = [self._positions(first + each, chosen) for each in range(minutes)]
        last = self._start + (first + minutes - 1) * MINUTE
        seq = seq_of(first)
        sent = {second: last + second * SECOND + ON_THE_WAY for second in range(60)}
        shown = {second: render(at) for second, at in sent.items()}
        found = []
        for number, positions in zip(chosen, zip(*columns, strict=True), strict=True):
            second = self._seconds[number]
            tail = f'{seq},"sent_at":"{shown[second]}","positions":[{",".join(positions)}]'
            payload = f'{self._heads[number]}{tail},"battery_pct":{40 + number % 60}}}'
            found.append(Sent(self._topics[number], payload.encode(), sent[second]))
        return found

    def visit(self, number: int, at: Instant, seq: int) -> Sent:
        """Return a wearer's message from the first of his own zones to keep out of."""
        lon, lat, _ = self.country.own_circles[number, 0].tolist()
        return self.report(number, at, seq, lon, lat)

    def report(self, number: int, at: Instant, seq: int, lon: float, lat: float) -> Sent:
        """Return a wearer's message with one position, received as it is measured.

        Each is a metre beside the one before it: what does not move at all is one witness.
        """
        position = (
            f'{{"time":"{render(at)}","lat":{lat + seq % 7 * 1e-5:.6f},"lon":{lon:.6f},'
            '"accuracy_m":8.0,"satellites":11,"speed_mps":0.0}'
        )
        tail = f'{seq},"sent_at":"{render(at)}","positions":[{position}],"battery_pct":80}}'
        return Sent(self._topics[number], (self._heads[number] + tail).encode(), at)

    def _positions(self, minute: int, chosen: range) -> list[str]:
        """Return the positions of one minute in JSON."""
        at, accuracy = self.places(minute)
        part = slice(chosen.start, chosen.stop, chosen.step)
        since = self._start + minute * MINUTE
        times = [render(since + second * SECOND) for second in range(60)]
        return [
            f'{{"time":"{times[self._seconds[number]]}","lat":{lat},"lon":{lon},'
            f'"accuracy_m":{metres},"satellites":{6 + number % 9},"speed_mps":0.0}}'
            for number, (lon, lat), metres in zip(
                chosen, at[part].tolist(), accuracy[part].tolist(), strict=True
            )
        ]


def deliveries(sent: Sequence[Sent]) -> list[Delivery]:
    """Return messages as a source hands them over."""
    return [Delivery(each.topic, each.payload, each.received_at, None) for each in sent]

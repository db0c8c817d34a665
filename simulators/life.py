"""A wearer's life: home, work, errands, visits and nights out, as a true path day by day.

Rule: a simulated day runs from 04:00 to 04:00 local time and begins and ends at home, so that each
day can be made by itself from (seed, wearer, date): a year of lives needs no more memory than a
day. On working days the wearer goes to work; on the way home there may be an errand, and in the
evening a visit. Whether he is home when a curfew begins is up to his habits.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from simulators.city import City, Place
from simulators.path import PathBuilder, TruePath
from simulators.streets import Mode
from simulators.travel import start_at, travel
from zones.instant import HOUR, MINUTE, Instant, from_datetime

DAY_BEGINS_HOUR = 4


@dataclass(frozen=True, slots=True)
class Habits:
    """What a wearer tends to do: probabilities per day, from 0 to 1."""

    drives: bool = False
    works: bool = True
    errand: float = 0.5
    evening_out: float = 0.35
    late_night: float = 0.0
    stray: float = 0.0


@dataclass(frozen=True, slots=True)
class Life:
    """One wearer's places and habits in a town.

    `haunts` are where errands and evenings lead; `forbidden` is a place the wearer must keep away
    from, and goes to on a share `habits.stray` of days.
    """

    city: City
    seed: int
    number: int
    home: Place
    work: Place
    haunts: tuple[Place, ...]
    habits: Habits = Habits()
    forbidden: Place | None = None

    @classmethod
    def make(cls, city: City, seed: int, number: int, habits: Habits | None = None) -> "Life":
        """Return the life of wearer `number` of a seed: places and, unless given, habits."""
        rng = np.random.default_rng([seed, number, 2])
        drawn = Habits(
            drives=bool(rng.random() < 0.35),
            works=bool(rng.random() < 0.7),
            errand=float(rng.uniform(0.2, 0.8)),
            evening_out=float(rng.uniform(0.1, 0.5)),
        )
        home = _pick(rng, city.of_kind("home"))
        leisure = (*city.of_kind("shop"), *city.of_kind("bar"), *city.of_kind("treatment"))
        return cls(
            city,
            seed,
            number,
            home=home,
            work=_near(rng, home, city.of_kind("workplace"), 1)[0],
            haunts=_near(rng, home, leisure, 5),
            habits=habits or drawn,
        )

    def day(self, day: date) -> TruePath:
        """Return the true path from 04:00 local time on `day` to 04:00 on the next."""
        rng = np.random.default_rng([self.seed, self.number, day.toordinal(), 3])
        began = self._local(day, DAY_BEGINS_HOUR)
        ends = self._local(day + timedelta(days=1), DAY_BEGINS_HOUR)
        trip = _Trip(self, rng, start_at(self.city, self.home, began))
        if self.habits.works and day.weekday() < 5:
            trip.leave_at(self._local(day, float(rng.uniform(6.5, 8.5)))).to(self.work)
            trip.leave_at(self._local(day, float(rng.uniform(16.0, 17.5))))
        else:
            trip.leave_at(self._local(day, float(rng.uniform(9.0, 12.0))))
            trip.to(self._haunt(rng)).stay(float(rng.uniform(20, 120)))
        if rng.random() < self.habits.errand:
            trip.to(self._haunt(rng)).stay(float(rng.uniform(10, 40)))
        if self.forbidden is not None and rng.random() < self.habits.stray:
            trip.to(self.forbidden).stay(float(rng.uniform(8, 30)))
        trip.to(self.home)
        self._evening(trip, rng, day)
        return trip.to(self.home).path.stay_until(ends).build()

    def _evening(self, trip: "_Trip", rng: np.random.Generator, day: date) -> None:
        if rng.random() < self.habits.late_night:
            trip.leave_at(self._local(day, float(rng.uniform(20.0, 23.0)))).by("drive")
            trip.to(self._haunt(rng)).leave_at(self._local(day, float(rng.uniform(23.0, 26.0))))
        elif rng.random() < self.habits.evening_out and trip.path.now < self._local(day, 19.5):
            trip.leave_at(self._local(day, float(rng.uniform(18.5, 19.5)))).to(self._haunt(rng))
            trip.leave_at(self._local(day, float(rng.uniform(19.5, 20.3))))

    def _haunt(self, rng: np.random.Generator) -> Place:
        return _pick(rng, self.haunts)

    def _local(self, day: date, hours: float) -> Instant:
        midnight = datetime.combine(day, time(), ZoneInfo(self.city.timezone))
        return from_datetime(midnight) + round(hours * HOUR)


class _Trip:
    """A path being lived: where the wearer is among his places."""

    def __init__(self, life: Life, rng: np.random.Generator, path: PathBuilder) -> None:
        self.path = path
        self._life = life
        self._rng = rng
        self._here = life.home
        self._mode: Mode = "drive" if life.habits.drives else "walk"

    def by(self, mode: Mode) -> "_Trip":
        self._mode = mode
        return self

    def leave_at(self, instant: Instant) -> "_Trip":
        self.path.stay_until(instant)
        return self

    def stay(self, minutes: float) -> "_Trip":
        self.path.stay_until(self.path.now + round(minutes * MINUTE))
        return self

    def to(self, place: Place) -> "_Trip":
        if place.place_id != self._here.place_id:
            travel(self.path, self._life.city, self._rng, self._here, place, mode=self._mode)
            self._here = place
        return self


def _pick(rng: np.random.Generator, places: tuple[Place, ...]) -> Place:
    return places[int(rng.integers(len(places)))]


def _near(
    rng: np.random.Generator, home: Place, places: tuple[Place, ...], count: int
) -> tuple[Place, ...]:
    """Return some of the places, the likelier the nearer (e-fold 800 m)."""
    away_m = np.array([np.hypot(p.east_m - home.east_m, p.north_m - home.north_m) for p in places])
    weight = np.exp(-(away_m - away_m.min()) / 800.0) + 1e-6
    chosen = rng.choice(len(places), size=count, replace=False, p=weight / weight.sum())
    return tuple(places[k] for k in chosen.tolist())

"""What is read of an alert when its episodes change."""

from collections.abc import Collection, Sequence

import pytest

from benchmarks.alone import Engine
from benchmarks.desk import open_alerts
from benchmarks.night import Night, Supervised
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.store import Store
from engine.store.page import Page
from engine.store.sql.episodes import SqlEpisodes
from zones.instant import MINUTE, parse

NOW = parse("2026-03-01T02:00:00Z")


def test_the_episodes_of_an_alert_are_read_only_to_say_something_new(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A violation that goes on, position by position, is kept up without rereading its alert."""
    asked: list[Collection[int]] = []
    get = SqlEpisodes.get

    def counted(self: SqlEpisodes, episode_ids: Collection[int]) -> Sequence[StoredEpisode]:
        asked.append(episode_ids)
        return get(self, episode_ids)

    wearer = Supervised(0, NOW)
    engine = Engine(store, Night(NOW, (wearer,)), NOW - 60 * MINUTE)
    engine.take([wearer.at("home", NOW - 30 * MINUTE)])
    for minute in range(3):
        engine.take([wearer.at("forbidden", NOW + minute * MINUTE)])
    monkeypatch.setattr(SqlEpisodes, "get", counted)
    for minute in range(3, 8):
        engine.take([wearer.at("forbidden", NOW + minute * MINUTE)])
    assert asked == []
    assert _positions(store) == 8
    for minute in range(8, 11):
        engine.take([wearer.at("home", NOW + minute * MINUTE)])
    assert asked != []
    [entered] = [each for each in open_alerts(store) if each.kind is EpisodeKind.EXCLUSION_ENTERED]
    assert entered.restored


def test_an_alert_of_several_episodes_goes_on_while_another_is_raised(store: Store) -> None:
    """What is read for one alert is enough for another that only goes on in the same batch."""
    first, second = Supervised(0, NOW), Supervised(1, NOW)
    engine = Engine(store, Night(NOW, (first, second)), NOW - 60 * MINUTE)
    engine.take([each.at("home", NOW - 30 * MINUTE) for each in (first, second)])
    for minute, place in enumerate(["forbidden"] * 4 + ["home"] * 6 + ["forbidden"] * 4):
        engine.take([first.at(place, NOW + minute * MINUTE)])
    for minute in range(14, 20):
        engine.take([each.at("forbidden", NOW + minute * MINUTE) for each in (first, second)])
    entered = [each for each in open_alerts(store) if each.kind is EpisodeKind.EXCLUSION_ENTERED]
    assert sorted(each.count for each in entered) == [1, 2]
    assert all(each.gist is not None and each.gist.several for each in entered)


def _positions(store: Store) -> int:
    """Return how many positions the episode in the zone rests on."""
    with store.read() as transaction:
        kinds = (EpisodeKind.EXCLUSION_ENTERED,)
        [episode] = transaction.episodes.list(Page(limit=10), kinds=kinds)
    return episode.episode.positions

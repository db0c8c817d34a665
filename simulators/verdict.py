"""Whether an engine's episodes are those a scenario expects: no more, no fewer, and in time."""

from collections.abc import Iterable, Sequence

from engine.core.episode import Episode, EpisodeState, StoredEpisode
from engine.core.subject import person_of
from simulators.scenario import KINDS, ExpectedAlert, Scenario
from zones.instant import render
from zones.interval import BEGINNING


def mistakes(scenario: Scenario, shown: Iterable[StoredEpisode]) -> list[str]:
    """Return what is wrong with the episodes shown, one sentence each; empty if nothing is.

    Episodes of other scenarios' wearers are passed over.
    """
    wearers = {wearer.wearer_id for wearer in scenario.wearers}
    left = [each for each in shown if _whose(each) in wearers and _decided(each.episode)]
    wrong = []
    for expected in scenario.expected:
        found = next((each for each in left if _is(each, expected)), None)
        if found is None:
            wrong.append(f"{scenario.name}: missing {_words(expected)}; shown: {_list(left)}")
        else:
            left.remove(found)
    return wrong + [f"{scenario.name}: not expected: {_episode(each)}" for each in left]


def _whose(stored: StoredEpisode) -> str:
    """Return the wearer, or the protected person, whom an episode is about."""
    return stored.wearer_id or person_of(stored.episode.subject) or ""


def _decided(episode: Episode) -> bool:
    return episode.kind.value in KINDS and episode.state not in (
        EpisodeState.RETRACTED,
        EpisodeState.PENDING,
    )


def _is(stored: StoredEpisode, expected: ExpectedAlert) -> bool:
    episode = stored.episode
    standing = "open" if episode.ended is None else episode.state.value
    same = (_whose(stored), episode.kind.value, episode.condition_id, standing) == (
        expected.wearer_id,
        expected.kind,
        expected.condition_id,
        expected.state,
    )
    zone = expected.zone_id is None or episode.zone_id == expected.zone_id
    return same and zone and _in_time(episode, expected)


def _in_time(episode: Episode, expected: ExpectedAlert) -> bool:
    started, ended = episode.started, episode.ended
    after = BEGINNING if started.after is None else started.after
    begins = after <= expected.started_by and started.by >= expected.started_after
    if ended is None or expected.ended_after is None or expected.ended_by is None:
        return begins
    last = BEGINNING if ended.after is None else ended.after
    return begins and last <= expected.ended_by and ended.by >= expected.ended_after


def _words(expected: ExpectedAlert) -> str:
    span = f"{render(expected.started_after)}..{render(expected.started_by)}"
    if expected.ended_after is not None and expected.ended_by is not None:
        span += f", ended {render(expected.ended_after)}..{render(expected.ended_by)}"
    return f"{expected.wearer_id} {expected.kind} {expected.state} at {expected.zone_id} {span}"


def _list(shown: Sequence[StoredEpisode]) -> str:
    return "; ".join(_episode(each) for each in shown) or "nothing"


def _episode(stored: StoredEpisode) -> str:
    episode = stored.episode
    ended = "running" if episode.ended is None else f"ended by {render(episode.ended.by)}"
    return (
        f"{stored.wearer_id} {episode.kind} {episode.state} at {episode.zone_id} "
        f"started by {render(episode.started.by)}, {ended}"
    )

"""Who is paged, of what, and when: people are told of what is confirmed and more than advisory.

A page waits for the grace after confirmation: the condition's own, for a tamper of strap or case
the supervision plan's. A grace delays a page and nothing else: what it is about is recorded, shown
and counted at once, and is paged even if it is over by then. Repeated tampers page at once.

An advisory episode is an alert like any other, to be seen and closed, and pages nobody. Who has
been paged is told what becomes of it, also if it turns out to be less.
"""

from engine.core.alert import Alert, AlertChange
from engine.core.episode import Episode, EpisodeState, Severity
from engine.core.order import Supervision
from engine.core.tamper import TAMPERS
from zones.instant import Duration, seconds


def pages(episode: Episode) -> bool:
    """Tell whether an episode is one of which people are told."""
    confirmed = episode.state is EpisodeState.CONFIRMED
    return confirmed and episode.severity is not Severity.ADVISORY


def grace(supervision: Supervision, episode: Episode) -> Duration:
    """Return how long after its confirmation an episode is paged."""
    if episode.kind in TAMPERS:
        return seconds(supervision.plans.at(episode.started.by).tamper_grace_s)
    wanted = (episode.condition_id, episode.condition_version)
    for condition in supervision.conditions:
        if (condition.condition_id, condition.version) == wanted:
            return seconds(condition.parameters.grace_s)
    return 0


def is_told(change: AlertChange, alert: Alert) -> bool:
    """Tell whether people are told of a change of an alert, as the alert then stands."""
    return alert.page_due_at is not None or (change.before is not None and pages(change.before))

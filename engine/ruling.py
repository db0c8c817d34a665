"""A ruling is one transaction: reports in, everything they lead to stored, or nothing of it.

    open -> fold -> episode changes -> alert changes -> store

Memory follows the store, never the other way: the caseload takes the new dockets only after the
commit, so a transaction that fails leaves both as they were and the same batch can be tried again.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from engine import unworn
from engine.case import Case, Silence, moved_case
from engine.caseload import Caseload
from engine.core import call_in, cause
from engine.core.alert import AlertAction
from engine.core.amend import ChangeKind, EpisodeChange
from engine.core.canary import CANARY
from engine.core.counterpart import counterparts_of
from engine.core.device_event import DeviceEvent
from engine.core.docket import Docket, Judged, judge, path_of, rejudge
from engine.core.episode import Bound, Episode, StoredEpisode
from engine.core.fold import Report, prime, report_order
from engine.core.paging import grace
from engine.core.position import NEVER_JUDGED, Position, PositionKey, Quarantine
from engine.core.raising import Saved, raise_alerts
from engine.core.subject import wearer_of
from engine.core.vendor_silence import called_in, confirmed, excused
from engine.cuts import Cuts
from engine.filing import file_messages
from engine.intake import Opened, open_batch
from engine.lanes import QuietBatch
from engine.ledger import file_ledger, open_ledger
from engine.past import history_of
from engine.recent import Taken
from engine.ruled import Ruled
from engine.sources.source import Delivery
from engine.store.protocol import Counter, Transaction
from zones.instant import Duration, Instant

Own = Position | DeviceEvent
"""What an activation's own device reports."""


class RegistryMovedError(Exception):
    """The registry was changed while a batch was judged by it: the batch has to be tried again."""


class Ruling:
    """One transaction's work; made for it and thrown away with it."""

    def __init__(self, caseload: Caseload, transaction: Transaction, now: Instant) -> None:
        self._caseload = caseload
        self._transaction = transaction
        self._now = now
        self._standing: dict[int, Case] = {}
        self._quiet: QuietBatch | None = None
        self._cuts = Cuts(caseload, transaction)
        self._saved: list[Saved] = []
        self._verdicts: dict[tuple[int, PositionKey], Quarantine | None] = {}
        self.ruled = Ruled({})

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Store a batch of deliveries and everything it leads to."""
        changed = self._caseload.refresh(self._transaction)
        self._quiet, others = self._caseload.lanes.take(deliveries)
        self._cuts.passed(self._quiet)
        opened = self._open(others)
        reports: dict[int, list[Own]] = defaultdict(list)
        heard: dict[int, Instant] = {}
        for each in opened:
            judgeable: list[Own] = [*_judgeable(each.positions), *each.events]
            for report in judgeable:
                reports[report.activation_id].append(report)
            heard |= each.heard
        self._judge_all(reports, changed)
        self._store_messages([each for each in opened if each.new])
        people = [each for each in opened if not _of_canary(each)]
        self.ruled.taken = Taken.of([self._taken(each) for each in people if each.positions])
        self.ruled.messages = Tally(each.source.vendor for each in people if each.source)
        if self._quiet is not None:
            heard |= self._caseload.lanes.awaited(self._quiet)
        cases = [(self._case(activation_id), at) for activation_id, at in heard.items()]
        known = self._caseload.unworn
        for change in unworn.changes(self._transaction.episodes, opened, cases, known):
            self._save(change, "")
        self._received(heard)
        self.ruled.heard = {
            each.source.vendor: each.delivery.received_at
            for each in opened
            if each.source is not None
        }
        self._take_quiet()
        self._store()
        self._raise()

    def _open(self, deliveries: Sequence[Delivery]) -> list[Opened]:
        return open_batch(
            deliveries,
            self._caseload.attribution,
            self._transaction,
            lambda activation_id: self._before(activation_id).newest,
            lambda activation_id: [each.key for each in self._in_hand(activation_id)],
        )

    def _take_quiet(self) -> None:
        """Count what was quiet."""
        quiet, lanes = self._quiet, self._caseload.lanes
        if quiet is None:
            return
        self.ruled.quiet = quiet
        self.ruled.positions += len(quiet.positions)
        self.ruled.taken = self.ruled.taken.joined(lanes.taken(quiet))
        messages, heard = lanes.vendors(quiet)
        self.ruled.messages += messages
        for vendor, at in heard.items():
            self.ruled.heard[vendor] = max(at, self.ruled.heard.get(vendor, at))

    def tick(self, due: Iterable[int], silent: Iterable[tuple[int, Instant]]) -> None:
        """Let time pass for the activations that are due, and note those that are silent."""
        changed = self._caseload.refresh(self._transaction)
        self._judge_all({activation_id: [] for activation_id in due}, changed)
        for activation_id, deadline in silent:
            self._missed(activation_id, deadline)
        self._store()
        self._raise()

    def note(self, changes: Iterable[EpisodeChange]) -> list[StoredEpisode]:
        """Store changes of episodes about no wearer (`core.subject`), with their alerts."""
        stored = [self._save(change, "") for change in changes]
        self._raise()
        return stored

    def _store(self) -> None:
        """Store the dockets of all cases as they now stand."""
        for activation_id in self.ruled.cases:
            self._cuts.before_moving(activation_id)
        self._caseload.store(self._transaction, self.ruled.cases.values())

    def _case(self, activation_id: int) -> Case:
        return self.ruled.cases.get(activation_id) or self._before(activation_id)

    def _before(self, activation_id: int) -> Case:
        """Return a case as it was before what is not quiet of this batch."""
        found = self._standing.get(activation_id)
        if found is None:
            found = self._caseload.case(activation_id)
            last = None
            if self._quiet is not None:
                last = self._caseload.lanes.last_of(self._quiet, activation_id)
            if last is not None:
                found = moved_case(found, last, last.received_at)
            self._standing[activation_id] = found
        return found

    def _in_hand(self, activation_id: int) -> list[Position]:
        """Return the positions of an activation that are quiet in this batch."""
        if self._quiet is None:
            return []
        positions = self._quiet.positions
        own = np.flatnonzero(positions.activation_id == activation_id)
        return [positions.position(index) for index in own.tolist()]

    def _taken(self, opened: Opened) -> tuple[Instant, Instant, bool, bool]:
        newest = max(opened.positions, key=lambda position: position.key)
        docket = self._before(newest.activation_id).docket
        received_at, measured_at = opened.delivery.received_at, newest.fix_time
        max_age = docket.supervision.plans.max_age_at(measured_at)
        overdue = received_at - measured_at > max_age
        return measured_at, received_at, _is_late(newest, docket), overdue

    def _judge_all(
        self,
        own: Mapping[int, Sequence[Own]],
        changed: Mapping[int, tuple[Docket, Instant]],
    ) -> None:
        watchers = self._caseload.watchers
        watching = [each for watched in own for each in watchers(watched)]
        every = dict.fromkeys((*own, *watching, *changed))
        dockets = {
            each: changed[each][0] if each in changed else self._before(each).docket
            for each in every
        }
        reports: dict[int, list[Report]] = {each: list(some) for each, some in own.items()}
        for watched, some in own.items():
            positions = [report for report in some if isinstance(report, Position)]
            for each in watchers(watched):
                seen = counterparts_of(dockets[each].supervision, positions)
                reports.setdefault(each, []).extend(seen)
        self._caseload.gauge.forget()
        prime(
            self._caseload.gauge,
            [
                (dockets[each].supervision, path_of(dockets[each], reports.get(each, ())))
                for each in every
            ],
        )
        for activation_id in every:
            since = changed[activation_id][1] if activation_id in changed else None
            self._judge(dockets[activation_id], reports.get(activation_id, ()), since)

    def _judge(self, docket: Docket, reports: Sequence[Report], changed: Instant | None) -> None:
        activation_id = docket.supervision.activation.activation_id
        fold = self._caseload.fold(docket.supervision)
        history = history_of(
            self._transaction, docket.supervision, in_hand=self._in_hand(activation_id)
        )
        self._cuts.before_moving(activation_id)
        if changed is not None and _reaches_back(docket, changed):
            since = min([changed, *(report_order(each)[0] for each in reports)])
            judged = rejudge(docket, fold, reports, since, self._now, history)
        else:
            judged = judge(docket, fold, reports, self._now, history)
        why = self._cause(docket, judged, reports, changed)
        shown = self._save_episodes(docket, judged, why)
        self._cuts.folded(activation_id, judged)
        self._save_verdicts(activation_id, judged, reports)
        settled = Docket(
            supervision=docket.supervision, state=judged.state, shown=shown, due=judged.due
        )
        self.ruled.cases[activation_id] = msgspec.structs.replace(
            self._case(activation_id), docket=settled
        )

    def _cause(
        self, docket: Docket, judged: Judged, reports: Sequence[Report], changed: Instant | None
    ) -> str:
        """Return why the past was judged again; empty if it was not."""
        head = docket.state.head
        if judged.refolded_from is None or head is None:
            return ""
        activation_id = docket.supervision.activation.activation_id
        before = self._before(activation_id).docket.supervision
        if changed is not None and _reaches_back(docket, changed):
            return cause.of_correction(before, docket.supervision)
        return cause.of_late(reports, head)

    def _save_episodes(self, docket: Docket, judged: Judged, why: str) -> tuple[StoredEpisode, ...]:
        unsettled = {id(episode) for episode in judged.open_ended}
        wearer_id = wearer_of(docket.supervision.activation)
        saved = [self._save(change, wearer_id, why) for change in judged.changes]
        return (*judged.unchanged, *(each for each in saved if id(each.episode) in unsettled))

    def _save(self, change: EpisodeChange, wearer_id: str, why: str = "") -> StoredEpisode:
        shown = change.shown
        stored = StoredEpisode(
            episode_id=self._next("episode") if shown is None else shown.episode_id,
            revision=change.revision,
            wearer_id=wearer_id,
            updated_at=self._now,
            episode=change.episode,
            registry_revision=max(0, self._caseload.registry.revision),
        )
        before = None if shown is None else shown.episode
        self._saved.append(Saved(kind=change.kind, stored=stored, before=before, cause=why))
        self.ruled.episodes += shown is None
        return stored

    def _save_verdicts(self, activation_id: int, judged: Judged, reports: Sequence[Report]) -> None:
        """Keep the verdicts of new positions until those are stored; change those of older ones."""
        fresh = {report.key for report in reports if isinstance(report, Position)}
        known = {}
        for key, verdict in judged.verdicts.items():
            if key in fresh:
                self._verdicts[activation_id, key] = verdict
            else:
                known[key] = verdict
        if known:
            self._transaction.positions.set_quarantine(activation_id, known)

    def _store_messages(self, opened: Sequence[Opened]) -> None:
        if not opened and self._quiet is None:
            return
        head = self._transaction.journal.head()
        self._check_registry()
        stored = file_messages(
            self._transaction, head, self._quiet, opened, self._now, self._as_stored
        )
        own = sum(len(each.positions) for each in opened if _of_canary(each))
        self.ruled.positions += len(stored) - own
        self.ruled.late += sum(position.late for position in stored)
        for position in stored:
            self._newest(position)
        self.ruled.rejections += [
            (each.source, rejection) for each in opened for rejection in each.rejections
        ]

    def _check_registry(self) -> None:
        """See that messages follow in the journal what they were attributed and judged by."""
        if self._transaction.registry.revision() != self._caseload.registry.revision:
            raise RegistryMovedError

    def _as_stored(self, position: Position) -> Position:
        verdict = self._verdicts.get((position.activation_id, position.key), position.quarantine)
        late = _is_late(position, self._before(position.activation_id).docket)
        if verdict is position.quarantine and not late:
            return position
        return msgspec.structs.replace(position, quarantine=verdict, late=late)

    def _newest(self, position: Position) -> None:
        case = self._case(position.activation_id)
        if case.newest is None or case.newest < position.key:
            case = msgspec.structs.replace(case, newest=position.key)
        self.ruled.cases[position.activation_id] = case

    def _received(self, heard: Mapping[int, Instant]) -> None:
        """Note when each activation was heard; its silence ends."""
        for activation_id, received_at in heard.items():
            case = self._case(activation_id)
            missed = case.silence.missed
            if missed is not None:
                after = missed.episode.started.by
                ended = Bound(after, max(after, received_at), max(after, received_at))
                state = called_in(missed.episode)
                over = msgspec.structs.replace(missed.episode, ended=ended, state=state)
                self._change(case, over, missed)
            silence = Silence(last_received=received_at)
            self.ruled.cases[activation_id] = msgspec.structs.replace(case, silence=silence)

    def _missed(self, activation_id: int, deadline: Instant) -> None:
        case = self._case(activation_id)
        supervision, last = case.docket.supervision, case.silence.last_received
        shown, vendor = case.silence.missed, supervision.activation.vendor
        silent = self._caseload.roster.silent.get(vendor)
        episode = call_in.missed(supervision, last, deadline, reported=case.reported)
        if shown is not None:
            episode = confirmed(shown.episode, deadline)
        elif silent is not None:
            episode = excused(episode, vendor, silent.since)
        stored = self._change(case, episode, shown)
        silence = Silence(last_received=last, missed=stored)
        self.ruled.cases[activation_id] = msgspec.structs.replace(case, silence=silence)

    def _change(self, case: Case, episode: Episode, shown: StoredEpisode | None) -> StoredEpisode:
        kind = ChangeKind.NEW if shown is None else ChangeKind.PROGRESSED
        change = EpisodeChange(kind=kind, episode=episode, shown=shown)
        return self._save(change, wearer_of(case.docket.supervision.activation))

    def _raise(self) -> None:
        if not self._saved:
            return
        self._transaction.episodes.save([saved.stored for saved in self._saved])
        of_people = [saved for saved in self._saved if saved.stored.wearer_id != CANARY]
        ledger = open_ledger(self._transaction, of_people)
        if ledger is None:
            return
        raise_alerts(ledger, of_people, self._now, self._grace, self._next)
        file_ledger(self._transaction, ledger, self._now)
        self.ruled.alerts += sum(change.action is AlertAction.RAISED for change in ledger.changes)
        newest = max((change.change_id for change in ledger.changes), default=0)
        self.ruled.newest_change_id = newest

    def _grace(self, episode: Episode) -> Duration:
        if episode.subject:
            return 0
        return grace(self._case(episode.activation_id).docket.supervision, episode)

    def _next(self, counter: Counter) -> int:
        return self._transaction.next_ids(counter, 1)[0]


def _of_canary(opened: Opened) -> bool:
    return opened.source is not None and opened.source.vendor == CANARY


def _reaches_back(docket: Docket, changed: Instant) -> bool:
    """Tell whether a change of the registry concerns what is stored already.

    Positions of protected persons may be stored that this fold has never seen.
    """
    if docket.supervision.counterparts:
        return True
    return docket.state.head is not None and changed <= docket.state.time


def _is_late(position: Position, docket: Docket) -> bool:
    """Tell whether anything of its own activation with a greater key had been judged before."""
    head = docket.state.head
    if head is None or not docket.supervision.counterparts:
        return head is not None and report_order(position) < head
    seen = docket.state.admission.seen
    return seen is not None and (position.fix_time, position.seq) < seen


def _judgeable(positions: Iterable[Position]) -> list[Position]:
    return [each for each in positions if each.quarantine not in NEVER_JUDGED]

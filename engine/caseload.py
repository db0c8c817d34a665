"""The caseload: the dockets of every activation, held in memory and rebuilt from the store.

The store is the truth. At a start each docket is its newest checkpoint with the reports since
folded on. When the registry changes, the activations concerned are judged by the new one; where the
change reaches into the past, from there on.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import numpy as np

from engine.agenda import Agenda
from engine.call_ins import CallIns
from engine.case import Case, Silence, moved_case
from engine.cases import Cases
from engine.core.attribute import Attribution
from engine.core.call_in import deadline
from engine.core.canary import CANARY
from engine.core.course import Courses
from engine.core.docket import Docket, open_docket, realigned, restored
from engine.core.episode import EpisodeState, StoredEpisode
from engine.core.fold import Fold
from engine.core.folding import Cut
from engine.core.gauge import IndexGauge
from engine.core.lane import Lane, lane_of
from engine.core.order import Activation, Role, Supervision
from engine.core.packed_lane import LaneReader, pack_lane
from engine.core.plan import PlanHistory
from engine.core.position import Position
from engine.core.quiet_cut import base_of
from engine.core.resident_registry import ResidentRegistry
from engine.core.subject import about_device
from engine.core.supervision_change import changed_from
from engine.lanes import Lanes, Opening, QuietBatch
from engine.live_positions import LivePositions
from engine.past import history_of, stored_cut
from engine.registry_reading import read_resident, unseen_writes
from engine.restart import Restart
from engine.roster import Roster
from engine.silences import Silences
from engine.store.protocol import Transaction
from engine.stored_dockets import stored_docket
from zones.index import ZoneIndex
from zones.instant import Instant
from zones.interval import BEGINNING, END
from zones.table import ZoneTable


class Caseload:
    """Every case, and the registry they are judged by."""

    def __init__(self) -> None:
        self._zones = ZoneTable()
        """Those of the registry, the index and the lanes; most are all of that."""
        self.registry = ResidentRegistry(-1, self._zones)
        self.attribution = Attribution()
        self._index = ZoneIndex((), self._zones)
        self.gauge = IndexGauge(self._index)
        self._cases = Cases(self._judged_by)
        self.live = LivePositions(self._last)
        self.lanes = Lanes(self._zones, _reader_of(self.registry))
        self._courses = Courses()
        self._lanes_made: dict[int, tuple[Case, Lane | None]] = {}
        """Of cases that are being stored, with their lanes."""
        self._agenda = Agenda()
        self._concerned: dict[int, None] = {}
        """Whom writes of the registry concern that are not followed yet."""
        self._call_ins = CallIns()
        self._excused: dict[str, CallIns] = {}
        self._followed = -1
        """Revision that the store knows to be followed."""
        self._former = self.registry
        """Shows how the registry was for those whom its writes concern."""
        self.unworn: set[str] = set()
        """Devices that may have reported while nobody wore them, as subjects of episodes."""
        self.roster = Roster()
        self.silences = Silences()

    def fold(self, supervision: Supervision) -> Fold:
        """Return the fold of an activation."""
        return Fold(supervision, self.gauge)

    def case(self, activation_id: int) -> Case:
        """Return a case as it stands, quiet positions that came since it was put included.

        Raises:
            KeyError: there is no such activation.
        """
        case, moved = self._cases.get(activation_id), self.lanes.moved(activation_id)
        return case if moved is None else moved_case(case, *moved)

    def base(self, activation_id: int, quiet: QuietBatch | None) -> Cut | None:
        """Return the docket of an activation, as it was put, if quiet cuts refer to it.

        Those of a batch that is not committed yet are included.
        """
        if activation_id not in self._cases or not self.lanes.referred(activation_id, quiet):
            return None
        state = self._cases.get(activation_id).docket.state
        at = base_of(state)
        return None if at is None else Cut(at, state)

    def find(self, activation_id: int) -> Case | None:
        """Return a case as it stands; None if there is no such activation."""
        return self.case(activation_id) if activation_id in self._cases else None

    def __iter__(self) -> Iterator[int]:
        """Iterate over the activations."""
        return iter(self._cases)

    def __len__(self) -> int:
        """Return how many activations there are."""
        return len(self._cases)

    def keep(self, quiet: QuietBatch | None, cases: Iterable[Case]) -> None:
        """Take what was committed: quiet positions, and then the cases that were judged.

        With them every case that the registry changed has been put.
        """
        if quiet is not None:
            self.lanes.advance(quiet, self._agenda, self._call_ins, self.live)
        self.put(cases)
        self._settle()

    def watchers(self, activation_id: int) -> list[int]:
        """Return who may be judged by the positions of an activation too: a protected person's."""
        return self.registry.watchers(activation_id)

    def put(self, cases: Iterable[Case]) -> None:
        """Take cases as they now stand, committed; when time next changes each is remembered."""
        openings = [opening for case in cases if (opening := self._put(case)) is not None]
        self.lanes.put(openings)
        for each in openings:
            self._place(each.docket.supervision.activation.activation_id)

    def _put(self, case: Case) -> Opening | None:
        activation = case.docket.supervision.activation
        activation_id, last = activation.activation_id, case.docket.state.admission.last
        self._cases.put(case)
        if last is not None and activation.worn_at(max(last.fix_time, case.docket.state.time)):
            self.live.put(activation_id, last)
        else:
            self.live.drop(activation_id)
        self._agenda.enter(activation_id, case.docket.due)
        missed = case.silence.missed
        plans = case.docket.supervision.plans
        self.roster.put(activation, plans, None if missed is None else missed.episode.state)
        self.silences.put(activation, missed)
        self._await_call_in(activation, plans, case.silence)
        if not _may_be_quiet(activation):
            return None
        silence = case.silence
        awaited = silence.missed is not None or silence.last_received is None
        heard = silence.last_received or BEGINNING
        return Opening(case.docket, self._lane(case), heard, awaited)

    def _lane(self, case: Case) -> Lane | None:
        """Return the lane of a case, which is made once: it is stored, and then opened."""
        activation_id = case.docket.supervision.activation.activation_id
        made = self._lanes_made.get(activation_id)
        if made is not None and made[0] is case:
            return made[1]
        newest = BEGINNING if case.newest is None else case.newest.fix_time
        lane = lane_of(case.docket, newest, self._courses)
        self._lanes_made[activation_id] = (case, lane)
        return lane

    def _packed_lane(self, case: Case) -> bytes | None:
        lane = None
        if _may_be_quiet(case.docket.supervision.activation):
            lane = self._lane(case)
        return None if lane is None else pack_lane(lane, self.registry.grouped.name_of)

    def _place(self, activation_id: int) -> None:
        self.lanes.place(
            activation_id,
            agenda=self._agenda.row(activation_id),
            call_in=self._call_ins.row(activation_id),
            live=self.live.row(activation_id),
        )

    def _judged_by(self, activation_id: int) -> Supervision:
        """Return what a case is judged by that is in the caseload as it was put."""
        if activation_id not in self._concerned:
            return self.registry.supervision(activation_id)
        former = self._former.former_supervision(activation_id)
        return former or _before_company(self.registry.supervision(activation_id))

    def _last(self, activation_id: int) -> Position | None:
        return self.case(activation_id).docket.state.admission.last

    def _await_call_in(self, activation: Activation, plans: PlanHistory, silence: Silence) -> None:
        """Expect a call-in; one missed by its vendor's silence is expected when that is over."""
        missed, last, vendor = silence.missed, silence.last_received, activation.vendor
        if missed is None:
            self._call_ins.enter(activation, plans, last)
        else:
            self._call_ins.leave(activation.activation_id)
        if missed is not None and missed.episode.state is EpisodeState.PENDING:
            self._excused.setdefault(vendor, CallIns()).enter(activation, plans, last)
        elif vendor in self._excused:
            self._excused[vendor].leave(activation.activation_id)

    def due(self, now: Instant, most: int | None = None) -> list[int]:
        """Return the activations that time alone changes by `now`, until they are put again.

        The longest due come first; no more than `most` if it is given.
        """
        return self._agenda.due(now, most)

    def call_ins_missed(
        self, now: Instant, listening_since: Instant, most: int | None = None
    ) -> list[tuple[int, Instant]]:
        """Return the activations that have missed their call-in, with when it was due.

        They stay in it until they are put again, so a transaction that fails forgets none. No more
        than `most` are returned if it is given.
        """
        return list(islice(self._missed(now, listening_since), most))

    def _missed(self, now: Instant, listening_since: Instant) -> Iterator[tuple[int, Instant]]:
        yield from self._overdue(self._call_ins, now, listening_since)
        for vendor, call_ins in self._excused.items():
            if vendor not in self.roster.silent:
                since = max(listening_since, self.roster.back.get(vendor, listening_since))
                yield from self._overdue(call_ins, now, since)

    def _overdue(
        self, call_ins: CallIns, now: Instant, since: Instant
    ) -> Iterator[tuple[int, Instant]]:
        for activation_id in call_ins.perhaps_missed(now, since):
            case = self.case(activation_id)
            due = deadline(case.docket.supervision, case.silence.last_received, since)
            if due <= now and _worn(case, due):
                yield activation_id, due

    def load(self, transaction: Transaction) -> None:
        """Build the caseload from the store.

        It is judged by what the store was judged by: what was written to the registry since is
        followed like any other change.
        """
        followed = transaction.registry.followed()
        unseen = [each for each in unseen_writes(transaction.journal) if each.revision > followed]
        self._adopt(*read_resident(transaction.registry, self._zones, unseen))
        self._followed = self.registry.revision
        restart = Restart(transaction, self.registry.activations)
        self.unworn = restart.unworn
        for number, activation in self.registry.activations.items():
            stored = restart.docket(number)
            if stored is not None:
                due, aside = restart.due(stored), restart.aside(stored)
                self._cases.put_stored(number, stored.state, stored.newest, due, aside)
                self._enter(activation, due, restart.missed.get(number))
                self._keep_lane(activation, stored.lane, restart.missed.get(number))
            elif restart.reported(number) or self.registry.stirs(activation):
                silence = Silence(missed=restart.missed.get(number))
                docket = self._restored(transaction, activation)
                newest = restart.newest_key(number)
                self.put([Case(docket=docket, newest=newest, silence=silence)])
            else:
                self._cases.put_fresh(number, restart.missed.get(number))
                self._enter(activation, END, restart.missed.get(number))
        restart.place(self.live, self.registry.activations)
        self.lanes.begin(restart.newest.take(restart.kept), restart.moved[restart.kept])
        self._settle()

    def _keep_lane(
        self, activation: Activation, lane: bytes | None, missed: StoredEpisode | None
    ) -> None:
        """Take a lane as it was stored; who is missed, or reported unworn, is awaited."""
        if not _may_be_quiet(activation):
            return
        subject = about_device(activation.vendor, activation.device_id) if self.unworn else ""
        awaited = missed is not None or subject in self.unworn
        self.lanes.keep(activation, lane, awaited=awaited)
        self._place(activation.activation_id)

    def _enter(self, activation: Activation, due: Instant, missed: StoredEpisode | None) -> None:
        """Note what is to come of a case that is in the caseload, packed."""
        plans = self.registry.plans(activation)
        self._agenda.enter(activation.activation_id, due)
        self.roster.put(activation, plans, None if missed is None else missed.episode.state)
        self.silences.put(activation, missed)
        self._await_call_in(activation, plans, Silence(missed=missed))

    def refresh(self, transaction: Transaction) -> dict[int, tuple[Docket, Instant]]:
        """Follow the registry if it has changed.

        Returns the dockets of the activations concerned, with the first instant at which they are
        judged differently; they are not in the caseload yet, and are returned again until `keep`
        says that they have been committed.
        """
        self._follow(transaction)
        changed: dict[int, tuple[Docket, Instant]] = {}
        for activation_id in self._concerned:
            supervision = self.registry.supervision(activation_id)
            case = self.find(activation_id)
            if case is None:
                case = Case(docket=open_docket(_before_company(supervision)))
                self.put([case])
            if supervision != case.docket.supervision:
                since = changed_from(case.docket.supervision, supervision)
                changed[activation_id] = (_under(case.docket, supervision), since)
                self.lanes.close(activation_id)
        return changed

    def store(self, transaction: Transaction, cases: Iterable[Case]) -> None:
        """Store what was judged as it now stands, and by what, for a start to begin with.

        All whom the registry concerned are among the cases.
        """
        transaction.dockets.save([stored_docket(each, self._packed_lane(each)) for each in cases])
        if self._followed != self.registry.revision:
            transaction.registry.follow(self.registry.revision)

    def follows(self, transaction: Transaction) -> bool:
        """Tell whether every case is judged by the registry as it stands."""
        return not self._concerned and transaction.registry.revision() == self.registry.revision

    def _settle(self) -> None:
        """Note that every case that the registry changed has been put."""
        self._concerned.clear()
        self._lanes_made.clear()
        self._followed = self.registry.revision
        self.registry.former.clear()
        self._former = self.registry

    def _follow(self, transaction: Transaction) -> None:
        """Take what was written to the registry, and note whom it concerns."""
        revision = transaction.registry.revision()
        if revision == self.registry.revision:
            return
        written = transaction.registry.written_since(self.registry.revision)
        if written is None:
            former = self._former
            self._adopt(*read_resident(transaction.registry, self._zones))
            self._former = former
            self._concerned |= dict.fromkeys(self.registry.activations)
            return
        values = [each.value for each in written]
        followed = self.registry.take(revision, values)
        self._concerned |= dict.fromkeys(followed.activations)
        self.attribution = self.attribution.after(values)
        if followed.zones:
            self._index.look_for(np.array(followed.zones))
            self.gauge = IndexGauge(self._index)

    def _adopt(self, registry: ResidentRegistry, attribution: Attribution) -> None:
        self.registry, self.attribution = registry, attribution
        self._former = registry
        self.lanes.reader = _reader_of(registry)
        self._index = ZoneIndex((), self._zones)
        self._index.look_for(registry.zones.outs())
        self.gauge = IndexGauge(self._index)

    def _restored(self, transaction: Transaction, activation: Activation) -> Docket:
        """Fold an activation again from what is stored of it."""
        supervision = self.registry.supervision(activation.activation_id)
        newest = stored_cut(transaction, supervision, END)
        return restored(self.fold(supervision), newest, history_of(transaction, supervision))


def _reader_of(registry: ResidentRegistry) -> LaneReader:
    return LaneReader(registry.grouped.get)


def _may_be_quiet(activation: Activation) -> bool:
    """Tell whether no position of an activation has to be followed by somebody else."""
    return activation.role is not Role.PROTECTED and activation.vendor != CANARY


def _worn(case: Case, at: Instant) -> bool:
    activation = case.docket.supervision.activation
    return activation.ended_at is None or at < activation.ended_at


def _before_company(supervision: Supervision) -> Supervision:
    """Return what a new activation is first opened under.

    Positions of protected persons may be stored already; then it is judged as one that changed.
    """
    if not supervision.counterparts:
        return supervision
    return msgspec.structs.replace(supervision, conditions=(), counterparts=())


def _under(docket: Docket, supervision: Supervision) -> Docket:
    state = realigned(docket.state, supervision)
    return msgspec.structs.replace(docket, supervision=supervision, state=state)

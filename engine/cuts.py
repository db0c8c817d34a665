"""Cuts are kept as they are come to, so that what comes late is folded from there on.

Those that folding comes to are states. Those that quiet positions come to refer to the docket they
moved on (`core.quiet_cut`), and so a docket to which any refers is kept before it moves. A report
that comes late drops the cuts after it: the quiet ones of its own batch too, which are kept first.
"""

from engine.caseload import Caseload
from engine.core.docket import Judged
from engine.lanes import QuietBatch
from engine.past import checkpoints_of
from engine.store.protocol import Checkpoint, Transaction


class Cuts:
    """The cuts of one transaction."""

    def __init__(self, caseload: Caseload, transaction: Transaction) -> None:
        self._caseload = caseload
        self._checkpoints = transaction.checkpoints
        self._quiet: QuietBatch | None = None
        self._kept: set[int] = set()
        """Of whom the docket was kept if need be."""

    def passed(self, quiet: QuietBatch | None) -> None:
        """Keep the cuts that the quiet part of the batch has come to."""
        self._quiet = quiet
        if quiet is not None and len(quiet.cut):
            found = self._caseload.lanes.cuts(quiet)
            self._checkpoints.save(
                [
                    Checkpoint(activation_id=each, cut=at, state=cut.packed())
                    for each, at, cut in found
                ]
            )

    def before_moving(self, activation_id: int) -> None:
        """Keep a docket as it was put, once, if quiet cuts refer to it."""
        if activation_id not in self._kept:
            self._kept.add(activation_id)
            base = self._caseload.base(activation_id, self._quiet)
            if base is not None:
                self._checkpoints.save(checkpoints_of(activation_id, [base]))

    def folded(self, activation_id: int, judged: Judged) -> None:
        """Keep the cuts that judging has come to, in place of those after what was late."""
        if judged.refolded_from is not None:
            self._checkpoints.drop_after(activation_id, judged.refolded_from)
        if judged.cuts:
            self._checkpoints.save(checkpoints_of(activation_id, judged.cuts))

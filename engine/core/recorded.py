"""Who wrote a version of something, when and why: for people, judgements do not rest on it."""

import msgspec

from zones.instant import Instant


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How one version came to be."""

    at: Instant
    by: str
    """As in actions on alerts: `local`, or `local/{operator}`."""
    note: str = ""

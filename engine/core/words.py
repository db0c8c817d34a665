"""The arithmetic of one piece of evidence, in a sentence a court can follow."""

from typing import Final

from engine.core.episode import CounterpartEvidence, Evidence
from zones.instant import SECOND
from zones.membership import sigma_m

CERTAIN: Final = 0.9999
"""Probability above which no further digits are given."""


def in_words(evidence: Evidence, confidence: float | None) -> str:
    """Return distance, accuracy, probability and what the condition asks, in one sentence."""
    if evidence.beacon_id is not None:
        return (
            f"in the range of beacon {evidence.beacon_id}, which stands in {evidence.zone_id} "
            f"(version {evidence.zone_version}): inside, without satellites"
        )
    if evidence.counterpart is not None:
        return _pair_in_words(evidence, evidence.counterpart, confidence)
    metres, accuracy_m = evidence.signed_distance_m, evidence.accuracy_m
    side = "inside" if metres >= 0 else "outside"
    permit = _permit(evidence)
    asked = "" if confidence is None else f"; {confidence:g} is asked for either side"
    return (
        f"{abs(metres):,.1f} m {side} the boundary of {evidence.zone_id} (version "
        f"{evidence.zone_version}), accurate to {accuracy_m:,.1f} m with 68 % confidence, which is "
        f"a standard error of {sigma_m(accuracy_m):,.1f} m: {_likely(evidence)}{asked}{permit}"
    )


def _pair_in_words(evidence: Evidence, other: CounterpartEvidence, confidence: float | None) -> str:
    asked = "" if confidence is None else f"; {confidence:g} is asked for either side"
    ages = [(other.at - each) / SECOND for each in (evidence.fix_time, other.fix_time)]
    return (
        f"{other.distance_m:,.1f} m from protected person {other.person_id}, of whom "
        f"{other.limit_m:,.0f} m are to be kept; the positions were {ages[0]:,.0f} s and "
        f"{ages[1]:,.0f} s old and accurate to {evidence.accuracy_m:,.1f} m and "
        f"{other.accuracy_m:,.1f} m with 68 % confidence, which with what both may have moved is a "
        f"standard error of {other.sigma_m:,.1f} m: {_likely(evidence)}{asked}"
    )


def _permit(evidence: Evidence) -> str:
    if evidence.permitted_by is None:
        return ""
    return f"; permitted: condition {evidence.permitted_by} has the wearer be there"


def _likely(evidence: Evidence) -> str:
    inside = evidence.probability_inside
    if inside > CERTAIN:
        return f"inside with a probability above {CERTAIN}"
    if inside < 1 - CERTAIN:
        return f"outside with a probability above {CERTAIN}"
    return f"inside with a probability of {inside:.4f}"

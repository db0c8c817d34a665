"""Evidence in words says what its numbers say."""

import pytest

from engine.core.episode import Evidence
from engine.core.words import in_words


def evidence(metres: float, probability: float) -> Evidence:
    """Return evidence at a signed distance."""
    return Evidence(
        fix_time=0,
        seq=0,
        digest=b"",
        lat=0.0,
        lon=0.0,
        accuracy_m=15.15,
        zone_id="PARK",
        zone_version=3,
        signed_distance_m=metres,
        probability_inside=probability,
        role="violation",
    )


@pytest.mark.parametrize(
    ("metres", "probability", "said"),
    [
        (149.493, 1.0, "149.5 m inside the boundary of PARK (version 3)"),
        (149.493, 1.0, "inside with a probability above 0.9999; 0.95 is asked"),
        (-1240.0, 0.0, "1,240.0 m outside the boundary"),
        (-1240.0, 0.0, "outside with a probability above 0.9999"),
        (-3.0, 0.3821, "inside with a probability of 0.3821"),
        (5.0, 0.6915, "standard error of 10.0 m"),
    ],
)
def test_evidence_in_words_says_its_numbers(metres: float, probability: float, said: str) -> None:
    """The sentence names side, distance, version, standard error and probability, never 1."""
    assert said in in_words(evidence(metres, probability), 0.95)

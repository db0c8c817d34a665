"""Proof on the wire: what came of deriving an alert anew, and the key evidence is signed with."""

from pydantic import Field

from api.schemas.fields import Id, Wire
from engine.proof.check import Outcome


class VerificationQuery(Wire):
    """What the journal is compared with besides."""

    head: str | None = Field(
        default=None,
        pattern="^[0-9]{1,18}:[0-9a-f]{64}$",
        description="A head of the journal that was noted before, as ID:HASH.",
    )


class DifferenceOut(Wire):
    """A field in which what is stored is not what the journal says."""

    path: str = Field(description="Which field.", examples=["started.by"])
    stored: str = Field(description="Its stored value.", examples=["2026-03-01T21:10:00Z"])
    derived: str = Field(description="What follows.", examples=["2026-03-01T21:11:00Z"])
    rounding: bool = Field(description="True if it is arithmetic only.", examples=[False])


class EpisodeVerdictOut(Wire):
    """What came of one episode."""

    episode_id: Id = Field(description="Id of the episode.", examples=[301])
    revision: Id = Field(description="Its newest revision.", examples=[1])
    kind: str = Field(description="Its kind as stored.", examples=["exclusion_entered"])
    state: str = Field(description="Its state as stored.", examples=["confirmed"])
    identical: bool = Field(description="True if nothing differs.", examples=[True])
    differences: list[DifferenceOut] = Field(description="What differs.")
    notes: list[str] = Field(description="What the journal cannot tell.")


class VerificationOut(Wire):
    """An alert, derived anew from the journal and compared."""

    alert_id: Id = Field(description="Id of the alert.", examples=[42])
    outcome: Outcome = Field(
        description="identical; different (see problems and differences); or unverifiable.",
        examples=["identical"],
    )
    problems: list[str] = Field(description="What is wrong, or why it cannot be checked.")
    differences: list[DifferenceOut] = Field(description="What differs in the alert itself.")
    episodes: list[EpisodeVerdictOut] = Field(description="Its episodes.")
    journal_head: str | None = Field(
        description="Newest block of the chain that was checked, as ID:HASH: note it elsewhere.",
        examples=["17:" + "5f" * 32],
    )
    notes: list[str] = Field(description="What to know besides.")


class KeyOut(Wire):
    """An Ed25519 public key as a JSON Web Key (RFC 8037)."""

    kty: str = Field(description="Kind of key.", examples=["OKP"])
    crv: str = Field(description="Its curve.", examples=["Ed25519"])
    x: str = Field(
        description="The key, base64url.", examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
    )
    use: str = Field(description="What it is for.", examples=["sig"])
    alg: str = Field(description="Algorithm.", examples=["EdDSA"])


class SigningKeyOut(Wire):
    """The public key that evidence of this installation is signed with."""

    fingerprint: str = Field(
        description="SHA-256 of the key's 32 bytes, to compare with one that came another way.",
        examples=["ab" * 32],
    )
    pem: str = Field(description="The key as PEM.", examples=["-----BEGIN PUBLIC KEY-----"])
    jwk: KeyOut = Field(description="The key as a JSON Web Key.")

"""What a bundle says of itself to whoever opens it without any program of ours."""

from typing import Final

README_TEXT: Final = """\
Evidence of one decision of a Ringfence engine (format ringfence-evidence/1).

manifest.json    what this is, as of when, and the SHA-256 of every other part
signature.json   Ed25519 signature over the bytes of manifest.json
decision.json    the alert, its episodes with all revisions, its history (who, when, what)
registry.jsonl   what the decision rests on: wearer (id and time zone), device, activation, orders,
                 zones; one message a line, with the proof that it is in the journal
messages.jsonl   the messages of the device, byte for byte (payload in base64), likewise
chain.bin        the headers of all journal blocks from the first one used to beyond the newest

Check it:        ringfence verify --bundle FILE --key PUBLIC_KEY
By hand, and what it proves and what not: docs/proof.md of Ringfence.

Instants are microseconds since 1970-01-01 UTC. A message's leaf is
  SHA-256(0x00 || received_at (8) || topic's length (4) || payload's length (4) || topic || payload)
a node of the Merkle tree SHA-256(0x01 || left || right) as in RFC 6962, and a block's hash
  SHA-256(0x02 || block_id (8) || committed_at (8) || messages (8) || hash before (32) || root (32))
with all numbers big-endian. chain.bin holds committed_at (8), messages (8) and root (32) of each
block; manifest.json says which block is the first, and the hash before it.
"""

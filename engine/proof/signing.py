"""Bundles are signed with an Ed25519 key of this installation; its public half is for everybody.

The key is a PEM file (PKCS #8) that only its owner can read; it is made on first use. Whoever
checks a bundle compares the public key with one that came another way: `GET /v1/signing-key`,
`ringfence signing-key`, or on paper.
"""

import base64
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from engine.core.bundle_form import Signature
from engine.settings import Settings

ALGORITHM = "Ed25519"


class SigningKeyError(Exception):
    """A key cannot be used; the message names the file and the fix."""


def key_file(settings: Settings) -> Path:
    """Return where the private key is, or will be."""
    return settings.signing_key_file or settings.state_dir / "signing-key.pem"


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; it is made if there is no such file.

    Raises:
        SigningKeyError: the file cannot be read or written, or holds another kind of key.
    """
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise SigningKeyError(
            f"signing key {path}: {error.strerror}: name a file that can be read, or made, with "
            "RINGFENCE_SIGNING_KEY_FILE"
        ) from error
    except (TypeError, ValueError) as error:
        raise SigningKeyError(f"signing key {path} cannot be read ({error}): give PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"signing key {path} is not for Ed25519: give such a key in PEM")
    return key


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole and private from its first instant on; of two that make it at once one wins.
    made = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()


def sign(key: Ed25519PrivateKey, manifest: bytes) -> Signature:
    """Return the signature over a manifest."""
    return Signature(
        algorithm=ALGORITHM,
        public_key=raw_public(key.public_key()).hex(),
        signature=key.sign(manifest).hex(),
    )


def is_signed(signature: Signature, manifest: bytes) -> bool:
    """Tell whether a signature is the one its key makes over a manifest."""
    try:
        public, signed = bytes.fromhex(signature.public_key), bytes.fromhex(signature.signature)
        Ed25519PublicKey.from_public_bytes(public).verify(signed, manifest)
    except (InvalidSignature, ValueError):
        return False
    # In any other spelling a byte of the file could differ and mean the same.
    spelled = (public.hex(), signed.hex()) == (signature.public_key, signature.signature)
    return spelled and signature.algorithm == ALGORITHM


def raw_public(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_pem(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key as PEM."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def public_jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    """Return the public half of a key as a JSON Web Key (RFC 8037)."""
    x = base64.urlsafe_b64encode(raw_public(key.public_key())).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": ALGORITHM, "x": x, "use": "sig", "alg": "EdDSA"}


def fingerprint(raw: bytes) -> str:
    """Return the SHA-256 of a public key's 32 bytes, hexadecimal: short enough to read out."""
    return sha256(raw).hexdigest()


def read_public(text: str) -> bytes:
    """Return the 32 bytes of a public key: 64 hexadecimal digits, or the path of a PEM file.

    Raises:
        SigningKeyError: it is neither.
    """
    with suppress(ValueError):
        raw = bytes.fromhex(text.strip())
        if len(raw) == 32:
            return raw
    try:
        key = load_pem_public_key(Path(text).read_bytes())
    except (OSError, ValueError) as error:
        raise SigningKeyError(
            f"key {text!r} cannot be read ({error}): give a PEM file, or 64 hexadecimal digits"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyError(f"key {text!r} is not for Ed25519")
    return raw_public(key)

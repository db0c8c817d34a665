"""`ringfence evidence` makes a bundle of an alert; `ringfence signing-key` prints whose it is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine.proof.check import EXIT_CODES
from engine.proof.evidence import NoEvidenceError, make_bundle
from engine.proof.signing import (
    SigningKeyError,
    fingerprint,
    key_file,
    public_pem,
    raw_public,
    signing_key,
)
from engine.settings import Settings
from engine.store import StoreUnavailableError, open_store


def evidence(
    alert: Annotated[int, typer.Argument(help="Id of an alert in the store.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write; it must not exist yet.")],
    with_protected_positions: Annotated[
        bool,
        typer.Option(
            "--with-protected-positions",
            help="Also of an alert that rests on where a protected person was: the bundle says it.",
        ),
    ] = False,
) -> None:
    """Write what an alert rests on, with proofs and a signature, and of nobody else anything."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    settings = Settings()
    store = open_store(settings.database_url)
    try:
        store.check()
        key = signing_key(key_file(settings))
        made = make_bundle(store, alert, key, reveal=with_protected_positions)
        with out.open("xb") as file:
            file.write(made)
    except NoEvidenceError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_CODES[error.check.outcome]) from None
    except (StoreUnavailableError, SigningKeyError, OSError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    finally:
        store.close()
    console.print(f"{out}: {len(made)} bytes; check it with: ringfence verify --bundle {out}")


def show_signing_key() -> None:
    """Print the public key that evidence of this installation is signed with."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        key = signing_key(key_file(Settings()))
    except (SigningKeyError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    typer.echo(public_pem(key), nl=False)
    console.print(f"fingerprint: {fingerprint(raw_public(key.public_key()))}")

"""`ringfence verify`: derive a decision anew from the journal, or check a bundle or the chain."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine.core.journal import ChainHead
from engine.proof.bundle_check import verify_bundle
from engine.proof.chain import noted_head
from engine.proof.check import EXIT_CODES, Check
from engine.proof.signing import SigningKeyError, read_public
from engine.proof.verification import verify_alert, verify_journal
from engine.settings import Settings
from engine.store import StoreUnavailableError, open_store


def verify(
    alert: Annotated[int | None, typer.Argument(help="Id of an alert in the store.")] = None,
    *,
    journal: Annotated[
        bool, typer.Option("--journal", help="Check the chain of the journal alone.")
    ] = False,
    bundle: Annotated[
        Path | None, typer.Option(help="Check a bundle; needs neither store nor settings.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Public key a bundle is to be signed by: PEM file or 64 hex digits."),
    ] = None,
    head: Annotated[
        str | None, typer.Option(help="A head of the journal that was noted before, as ID:HASH.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Derive an alert anew from the journal, or check a bundle or the journal's chain.

    Exits with 0 if it is identical (or whole), 1 if anything differs, 2 if it cannot be checked.
    """
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        _check_choice(alert is not None, journal, bundle is not None)
        noted = None if head is None else noted_head(head)
        if bundle is None:
            check = _of_store(alert, noted)
        else:
            public = None if key is None else read_public(key)
            check = verify_bundle(bundle.read_bytes(), public, noted)
    except (StoreUnavailableError, SigningKeyError, OSError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    typer.echo(check.as_json().decode() if as_json else "\n".join(check.lines()))
    raise typer.Exit(EXIT_CODES[check.outcome])


def _check_choice(*chosen: bool) -> None:
    if sum(chosen) != 1:
        raise ValueError("say what to verify, one of: the id of an alert, --journal, --bundle FILE")


def _of_store(alert: int | None, noted: ChainHead | None) -> Check:
    store = open_store(Settings().database_url)
    try:
        store.check()
        return verify_journal(store, noted) if alert is None else verify_alert(store, alert, noted)
    finally:
        store.close()

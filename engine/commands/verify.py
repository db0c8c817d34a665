"""`ringfence verify`: derive a decision anew from the journal, or check a bundle or the chain."""

from typing import Annotated

import typer
from rich.console import Console

from engine.proof.chain import noted_head
from engine.proof.check import EXIT_CODES, Check
from engine.proof.verification import verify_alert, verify_journal
from engine.settings import Settings
from engine.store import StoreUnavailableError, open_store


def verify(
    alert: Annotated[int | None, typer.Argument(help="Id of an alert in the store.")] = None,
    *,
    journal: Annotated[
        bool, typer.Option("--journal", help="Check the chain of the journal alone.")
    ] = False,
    head: Annotated[
        str | None, typer.Option(help="A head that was noted before, as ID:HASH.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Check that the journal is whole and that it leads to what is stored.

    Exits with 0 if so (identical), 1 if anything differs, 2 if it cannot be checked.
    """
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        check = _checked(alert, journal=journal, head=head)
    except (StoreUnavailableError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    _show(check, as_json=as_json)


def _checked(alert: int | None, *, journal: bool, head: str | None) -> Check:
    if (alert is None) != journal:
        raise ValueError("say what to verify: the id of an alert, or --journal")
    noted = None if head is None else noted_head(head)
    store = open_store(Settings().database_url)
    try:
        store.check()
        return verify_journal(store, noted) if alert is None else verify_alert(store, alert, noted)
    finally:
        store.close()


def _show(check: Check, *, as_json: bool) -> None:
    typer.echo(check.as_json().decode() if as_json else "\n".join(check.lines()))
    raise typer.Exit(EXIT_CODES[check.outcome])

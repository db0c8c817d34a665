"""`ringfence migrate`: create the store's schema or bring it up to date."""

import typer
from rich.console import Console

from engine.settings import Settings
from engine.store import StoreUnavailableError
from engine.store import migrate as migrate_store


def migrate() -> None:
    """Create the schema of the store at RINGFENCE_DATABASE_URL, or bring it up to date."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        migrate_store(Settings().database_url)
    except (StoreUnavailableError, ValueError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print("The store's schema is up to date.")

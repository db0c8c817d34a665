"""`ringfence run`: engine and API in one process. `ringfence openapi`: the API's description."""

import asyncio
import json
import os
from pathlib import Path

import structlog
import typer
from pydantic import ValidationError

from api.app import create_app
from api.binding import UnsafeHostError
from api.process import serve
from api.services import EngineHealth, Services
from engine.broker.errors import BrokerError
from engine.log import configure
from engine.settings import Settings, unknown_settings
from engine.store import StoreUnavailableError, open_store

_log = structlog.get_logger(__name__)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(run)
    app.command()(openapi)


def openapi() -> None:
    """Print the API's OpenAPI document, as `/openapi.json` serves it."""
    store = open_store("sqlite:///not-opened.db")
    services = Services(store, lambda: 0, _not_running, Path("not-made.pem"))
    typer.echo(json.dumps(create_app(services).openapi(), indent=1))


def _not_running() -> EngineHealth:
    raise RuntimeError("the API only describes itself: nothing runs")


def run() -> None:
    """Run the engine and the API. Settings come from the environment (RINGFENCE_…)."""
    try:
        settings = _settings()
        configure(settings.log_format)
        asyncio.run(serve(settings))
    except ValidationError as error:
        for each in error.errors():
            name = "RINGFENCE_" + "_".join(str(part) for part in each["loc"]).upper()
            _log.error("a setting cannot be used", setting=name, problem=each["msg"])
        raise typer.Exit(2) from None
    except (UnsafeHostError, BrokerError, StoreUnavailableError, ValueError, OSError) as error:
        _log.error("the engine cannot start", problem=str(error))
        raise typer.Exit(1) from None


def _settings() -> Settings:
    """Return the settings of the environment; a misspelt one must not fall back on a default."""
    unknown = unknown_settings(os.environ)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such setting; see the README for their names")
    return Settings()

"""`ringfence run`: the engine and the API in one process, configured by the environment."""

import asyncio
import os

import structlog
import typer
from pydantic import ValidationError

from api.binding import UnsafeHostError
from api.process import serve
from engine.broker.errors import BrokerError
from engine.log import configure
from engine.settings import Settings, unknown_settings
from engine.store import StoreUnavailableError

_log = structlog.get_logger(__name__)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(run)


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

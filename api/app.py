"""The HTTP API as one ASGI application, made of the services it is handed."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import openapi, problems
from api.allow import methods_of
from api.binding import HostGuard
from api.body_limit import BodyLimit
from api.compression import Compression
from api.console_files import console_router
from api.directory_cache import DirectoryCache
from api.dry_runs import DryRuns
from api.headers import PrivateAnswers
from api.metrics import Metrics, MetricsMiddleware
from api.proofs import Proofs
from api.routes import (
    activations,
    alerts,
    base_map,
    beacons,
    contacts,
    devices,
    dry_runs,
    episodes,
    floor,
    holidays,
    near,
    operation,
    orders,
    passes,
    positions,
    proof,
    protected_persons,
    rejections,
    schedules,
    stream,
    telemetry,
    wearer_classes,
    wearer_days,
    wearers,
    zone_drafts,
    zone_groups,
    zone_versions,
    zones,
)
from api.services import Services
from api.shell import Shell
from api.stream import Feed
from engine.version import engine_version


def create_app(services: Services, names: Collection[str] = ()) -> FastAPI:
    """Return the API on these services, for requests to this machine or to one of `names`."""
    directories = DirectoryCache()
    feed = Feed(services, directories)
    app = FastAPI(
        title="Ringfence",
        version=engine_version(),
        lifespan=_lifespan,
        redirect_slashes=False,
        # Their pages load scripts from elsewhere, which could then do anything here.
        docs_url=None,
        redoc_url=None,
    )
    url = services.store.url
    proofs = Proofs(url, services.signing_key_file)
    app.state.shell = Shell(services, feed, DryRuns(url), proofs, directories)
    app.state.metrics = Metrics()
    # `stream` before `alerts`: its path would be an alert's id.
    modules = (
        stream,
        alerts,
        contacts,
        proof,
        episodes,
        positions,
        near,
        wearer_days,
        wearers,
        protected_persons,
        devices,
        beacons,
        activations,
        schedules,
        holidays,
        passes,
        orders,
        wearer_classes,
        zone_drafts,
        zone_versions,
        zones,
        zone_groups,
        dry_runs,
        telemetry,
        rejections,
        operation,
        floor,
        base_map,
    )
    routers = (
        *(module.router for module in modules),
        console_router(origins=services.base_map.origins),
    )
    for router in routers:
        app.include_router(router)
    app.state.methods = methods_of(route for router in routers for route in router.routes)
    problems.install(app)
    openapi.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(HostGuard, names=names)
    app.add_middleware(PrivateAnswers)
    app.add_middleware(Compression)
    app.add_middleware(MetricsMiddleware, metrics=app.state.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Look for changes of other processes while serving; end the streams afterwards."""
    shell: Shell = app.state.shell
    polling = asyncio.create_task(shell.feed.poll(), name="feed")
    try:
        yield
    finally:
        polling.cancel()
        shell.services.changes.close()
        shell.proofs.close()
        await asyncio.to_thread(shell.dry_runs.close)
        await asyncio.wait({polling})

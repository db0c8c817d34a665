"""The console's files, served at `/`: the page for every address that is one of its pages.

The page itself is asked for anew each time; what it loads has the hash of its content in its name
and is kept for good. The content security policy lets nothing run and nothing load that is not
ours, but for the tiles of a base map from elsewhere, where one is set.
"""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api.problems import ProblemError

CONSOLE: Final = Path(__file__).parent / "console" / "dist"

SECTIONS: Final = ("alerts", "wearers", "zones", "orders", "what-if", "floor", "settings", "about")
"""First parts of the addresses of pages, as in the console's `routes.ts`."""

_NOT_BUILT: Final = (
    "<!doctype html><html lang=en><title>Ringfence</title><h1>The console has not been built</h1>"
    "<p>Run <code>make console</code>, then load this page again. The API works without it: see "
    "<a href=/openapi.json>/openapi.json</a>."
)


def policy(origins: Sequence[str] = ()) -> str:
    """Return the content security policy; `origins` are those map tiles may come from."""
    elsewhere = "".join(f" {each}" for each in origins)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "worker-src 'self'",
            f"img-src 'self' data: blob:{elsewhere}",
            f"connect-src 'self'{elsewhere}",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def console_router(folder: Path = CONSOLE, origins: Sequence[str] = ()) -> APIRouter:
    """Return the routes of the console whose built files are in a folder."""
    router = APIRouter(include_in_schema=False)
    headers = {
        "Content-Security-Policy": policy(origins),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
        "X-Frame-Options": "DENY",
    }

    def page(request: Request) -> Response:
        del request
        built = folder / "index.html"
        if built.is_file():
            return FileResponse(built, headers=headers)
        return HTMLResponse(_NOT_BUILT, status_code=503, headers=headers)

    def asset(name: str) -> Response:
        path = folder / "assets" / name
        if "/" in name or "\\" in name or not path.is_file():
            raise ProblemError(
                HTTPStatus.NOT_FOUND, f"there is no file assets/{name}", kind="not-found"
            )
        # A worker is bound by the policy it is itself sent with.
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(path, headers=headers | kept)

    router.add_api_route("/", page, methods=["GET", "HEAD"])
    for section in SECTIONS:
        router.add_api_route(f"/{section}", page, methods=["GET", "HEAD"])
        router.add_api_route(f"/{section}/{{rest:path}}", page, methods=["GET", "HEAD"])
    router.add_api_route("/assets/{name}", asset, methods=["GET", "HEAD"])
    return router

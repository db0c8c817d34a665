"""Who may reach the API: this machine only, until there is access control.

Three guards. The server binds to loopback addresses only (`check_host`). The Host header must name
a loopback address or a configured name, else a web page could reach the API by pointing its own
name at 127.0.0.1 (DNS rebinding). A request that changes something and says that a foreign page
made it (Origin, Sec-Fetch-Site) is refused.
"""

from collections.abc import Collection
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import ProblemError

_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")


class UnsafeHostError(ValueError):
    """An address that others can reach, while nobody has to say who they are."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address (IPv6 with or without brackets) means this machine only."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def check_host(host: str) -> None:
    """Check that a server may listen on a host.

    Raises:
        UnsafeHostError: it is not a loopback address.
    """
    if not is_loopback(host):
        raise UnsafeHostError(
            f"host is {host!r}: the API has no access control yet, so anyone who reaches it can "
            "read where people are and close alerts; use 127.0.0.1, ::1 or localhost, and a "
            "tunnel (for example ssh -L) from elsewhere"
        )


class HostGuard:
    """ASGI middleware that refuses requests for a foreign host or from a foreign page."""

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        """Accept loopback names and `names`, host names without port."""
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        problem = self._problem(scope) if scope["type"] in ("http", "websocket") else None
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await problem.response()(scope, receive, send)

    def _problem(self, scope: Scope) -> ProblemError | None:
        headers = Headers(scope=scope)
        if not self._accepts(f"//{headers.get('host', '')}"):
            return ProblemError(
                HTTPStatus.MISDIRECTED_REQUEST,
                "the Host header names neither this machine nor a configured name: use the "
                "address the server listens on, or configure the name",
            )
        if scope.get("method") in _SAFE_METHODS:
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        foreign = site not in ("same-origin", "none", "same-site")
        if foreign or (origin is not None and not self._accepts(origin)):
            return ProblemError(
                HTTPStatus.FORBIDDEN, "a page from elsewhere may not change anything here"
            )
        return None

    def _accepts(self, url: str) -> bool:
        try:
            name = urlsplit(url).hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or name in self._names

"""Which methods a path takes: those of every route at it, for the Allow header of a 405."""

from collections.abc import Callable, Iterable
from http import HTTPMethod
from typing import Final

from starlette.routing import BaseRoute, Route

_ORDER: Final = [method.value for method in HTTPMethod]


def methods_of(routes: Iterable[BaseRoute]) -> Callable[[str], str]:
    """Return a function that gives the methods of a path, as an Allow header lists them."""
    known = [route for route in routes if isinstance(route, Route)]

    def methods(path: str) -> str:
        found = {
            method
            for route in known
            if route.path_regex.match(path)
            for method in route.methods or ()
        }
        return ", ".join(sorted(found, key=_ORDER.index))

    return methods

"""Where the API may listen."""

import pytest

from api.binding import UnsafeHostError, check_host


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.255.0.9", "::1", "[::1]", "localhost", "LocalHost"]
)
def test_loopback_is_accepted(host: str) -> None:
    """Addresses that only this machine reaches are fine."""
    check_host(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "10.1.2.3", "192.168.0.5", "example.org", "", "128.0.0.1", "localhost.org"],  # noqa: S104
)
def test_anything_else_is_refused_with_the_reason_and_the_way(host: str) -> None:
    """What others can reach is refused while there is no access control, and the error says so."""
    with pytest.raises(UnsafeHostError, match=r"access control.*127\.0\.0\.1.*tunnel"):
        check_host(host)

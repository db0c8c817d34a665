"""Logins and configuration of the embedded broker."""

import json
from pathlib import Path

import pytest

from engine.backoff import delays
from engine.broker.configuration import Limits, render
from engine.broker.credentials import Credentials, vendor_name


def test_logins_are_made_once_and_differ(tmp_path: Path) -> None:
    """A second load returns the same; another installation has other secrets."""
    first = Credentials.load(tmp_path / "a", ["acme", "beta"])
    assert Credentials.load(tmp_path / "a", ["beta"]) == first
    other = Credentials.load(tmp_path / "b", ["acme", "beta"])
    secrets = [first.engine.password, other.engine.password]
    secrets += [login.password for made in (first, other) for login in made.vendors.values()]
    assert len(set(secrets)) == 6
    assert len({login.user for login in [first.engine, *first.vendors.values()]}) == 3


def test_a_broken_credentials_file_is_kept_and_named(tmp_path: Path) -> None:
    """Passwords that vendors hold are never overwritten because a file cannot be read."""
    path = tmp_path / "credentials.json"
    path.write_text('{"engine": {')
    with pytest.raises(ValueError, match=r"credentials\.json is not a credentials file.*backup"):
        Credentials.load(path, ["acme"])
    assert path.read_text() == '{"engine": {'


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "+", "#", ">", "*", "a b", "Å", "A", "-a"])
def test_a_vendor_name_that_means_something_to_a_broker_is_refused(name: str) -> None:
    """Wildcards, separators and what NATS writes otherwise are no names."""
    with pytest.raises(ValueError, match="a letter or digit first"):
        vendor_name(name)


def test_each_user_may_do_one_thing_over_mqtt_only(tmp_path: Path) -> None:
    """The configuration lists no other user, subject or way in, and leaves out old vendors."""
    credentials = Credentials.load(tmp_path / "credentials.json", ["acme", "old"])
    options = json.loads(
        render(
            host="127.0.0.1",
            port=1883,
            storage=tmp_path,
            log=tmp_path / "log",
            credentials=credentials,
            vendors=("acme",),
            limits=Limits(),
        )
    )
    users = options["authorization"]["users"]
    assert [(user["user"], user["allowed_connection_types"]) for user in users] == [
        ("ringfence-engine", ["MQTT"]),
        ("acme", ["MQTT"]),
    ]
    assert [user["permissions"] for user in users] == [
        {
            "publish": {"allow": ["ringfence.v1.*.*.rejections"]},
            "subscribe": {"allow": ["ringfence.v1.*.*.telemetry"]},
        },
        {
            "publish": {"allow": ["ringfence.v1.acme.*.telemetry"]},
            "subscribe": {"allow": ["ringfence.v1.acme.*.rejections"]},
        },
    ]
    assert options["host"] == options["mqtt"]["host"] == "127.0.0.1"
    assert options["jetstream"]["sync_interval"] == "always"


@pytest.mark.parametrize(
    "limits", [{"max_in_flight": 0}, {"max_in_flight": 65_536}, {"ack_wait_s": -1.0}]
)
def test_a_limit_out_of_range_is_refused(limits: dict[str, int]) -> None:
    """The error names the limit and its value."""
    ((name, value),) = limits.items()
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        Limits(**limits)


def test_waits_double_up_to_the_longest_and_vary() -> None:
    """Each wait lies between half its limit and its limit."""
    for limit, wait in zip((1.0, 2.0, 4.0, 5.0, 5.0), delays(1.0, 5.0), strict=False):
        assert limit / 2 <= wait <= limit
    assert len({next(delays(1.0, 5.0)) for _ in range(20)}) > 1

"""Proof over HTTP: derived anew beside the engine, in one file, with the key that signed it."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from engine.core import bundle
from engine.core.bundle import read_bundle
from engine.core.bundle_form import Signature
from engine.proof.bundle_check import verify_bundle
from engine.proof.signing import fingerprint
from engine.store import Store, open_store
from tests.integration.api_kit import raise_alert, services_on, serving
from tests.proof_kit import change_body, copied, played


@pytest.fixture(scope="module")
def walked_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a scenario with one alert."""
    return played("exclusion-walks-in", tmp_path_factory.mktemp("played"))


async def test_an_alert_is_proved_over_http(walked_in: Path) -> None:
    """It verifies as identical; its bundle proves itself and is signed by the key shown."""
    store = open_store(f"sqlite:///{walked_in}")
    async with serving(services_on(store)) as client:
        verified = (await client.get("/v1/alerts/1/verification")).json()
        evidence = await client.get("/v1/alerts/1/evidence")
        key = (await client.get("/v1/signing-key")).json()
        head = verified["journal_head"]
        again = await client.get("/v1/alerts/1/verification", params={"head": head})
    assert (verified["outcome"], again.json()["outcome"]) == ("identical", "identical")
    assert [each["identical"] for each in verified["episodes"]] == [True]
    assert evidence.headers["content-type"] == "application/zip"
    assert "alert-1-evidence.zip" in evidence.headers["content-disposition"]
    signature = msgspec.json.decode(read_bundle(evidence.content)[bundle.SIGNATURE], type=Signature)
    public = bytes.fromhex(signature.public_key)
    assert verify_bundle(evidence.content, public).outcome == "identical"
    assert key["fingerprint"] == fingerprint(public)
    assert key["pem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert key["jwk"]["crv"] == "Ed25519"
    store.close()


async def test_what_was_altered_is_said_and_not_bundled(walked_in: Path, tmp_path: Path) -> None:
    """An alert that is not what the journal says gets no bundle, and its verification says why."""
    store, path = copied(walked_in, tmp_path)
    change_body(path, "alerts", lambda body: body.update(count=7))
    async with serving(services_on(store)) as client:
        verified = (await client.get("/v1/alerts/1/verification")).json()
        evidence = await client.get("/v1/alerts/1/evidence")
    assert verified["outcome"] == "different"
    assert verified["differences"] == [
        {"path": "count", "stored": "7", "derived": "1", "rounding": False}
    ]
    assert evidence.status_code == 409
    assert evidence.json()["type"].endswith("not-proved")
    store.close()


async def test_an_alert_that_is_not_there_is_not_found(store: Store) -> None:
    """404, whatever is asked of it; an alert without any evidence is different."""
    services = services_on(store)
    raise_alert(services, 2)
    async with serving(services) as client:
        for what in ("verification", "evidence"):
            assert (await client.get(f"/v1/alerts/1/{what}")).status_code == 404
        answer = await client.get("/v1/alerts/2/verification")
    assert answer.json()["outcome"] == "different"


async def test_more_proofs_than_can_wait_are_refused(walked_in: Path) -> None:
    """Five wait their turn, further ones are told when to come again, and the API answers."""
    store = open_store(f"sqlite:///{walked_in}")
    async with serving(services_on(store)) as client:
        asked = [asyncio.create_task(client.get("/v1/alerts/1/verification")) for _ in range(12)]
        while not any(each.done() for each in asked):
            assert (await client.get("/healthz")).status_code == 200
        answers = [await each for each in asked]
    refused = [each for each in answers if each.status_code == 429]
    assert {each.status_code for each in answers} == {200, 429}
    assert all(each.headers["retry-after"] for each in refused)
    store.close()

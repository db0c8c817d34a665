"""A vendor's connection never passes off as acknowledged what the broker has not taken."""

import asyncio

import aiomqtt
import pytest

from simulators.device import Delivery, topic
from simulators.fleet import Vendor


async def test_settling_tells_of_a_publish_that_failed_long_before() -> None:
    """Publishes that failed before settling are not forgotten: settling raises."""
    vendor = Vendor(aiomqtt.Client("127.0.0.1"))  # not connected: every publish fails at once
    for _ in range(3):
        await vendor.publish(Delivery(0, topic("acme", "D1"), b"{}"))
    async with asyncio.timeout(10):
        while vendor.waiting:
            await asyncio.sleep(0)
    with pytest.raises(aiomqtt.MqttError):
        await vendor.settle()

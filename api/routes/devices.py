"""Devices: stored whole, read by vendor and id or as a list."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import not_found
from api.routes.parameters import DeviceId, Vendor
from api.schemas.page import Listing, PageQuery
from api.schemas.registry import DeviceIn, DeviceOut
from api.shell import AtHand
from engine.core.registry import Device

router = APIRouter(prefix="/v1/devices", tags=["devices"])


@router.put(
    "/{vendor}/{device_id}",
    operation_id="put_device",
    summary="Create or replace a device",
    responses=refusals(body=True) | {201: {"model": DeviceOut, "description": "Created."}},
)
def put_device(
    shell: AtHand, vendor: Vendor, device_id: DeviceId, body: DeviceIn, response: Response
) -> DeviceOut:
    """Store an ankle monitor. 201 if there was none with this id, else 200."""
    device = Device(vendor=vendor, device_id=device_id, model=body.model)
    with shell.write() as (transaction, directory, saved):
        former = directory.devices.get((vendor, device_id))
        if device != former:
            transaction.registry.save_device(device)
            saved.append(device)
    response.status_code = HTTPStatus.CREATED if former is None else HTTPStatus.OK
    return _out(device)


@router.get(
    "/{vendor}/{device_id}",
    operation_id="get_device",
    summary="One device",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_device(shell: AtHand, vendor: Vendor, device_id: DeviceId) -> DeviceOut:
    """Return an ankle monitor."""
    with shell.read() as (_, directory):
        device = directory.devices.get((vendor, device_id))
    if device is None:
        raise not_found("device", f"{vendor}/{device_id}")
    return _out(device)


@router.get(
    "", operation_id="list_devices", summary="All devices, by vendor and id", responses=refusals()
)
def list_devices(
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[DeviceOut]:
    """Return a page of the ankle monitors."""
    paging = Paging(request, query, str, str)
    with shell.read() as (_, directory):
        rows = sorted(directory.devices.values(), key=_key)
    shown, cut = paging.cut_sorted(rows, _key)
    return Listing(items=[_out(each) for each in shown], **cut._asdict())


def _key(device: Device) -> tuple[str, str]:
    return device.vendor, device.device_id


def _out(device: Device) -> DeviceOut:
    return DeviceOut(vendor=device.vendor, device_id=device.device_id, model=device.model)

"""Devices of a site, one class per kind. Power is positive into the device."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from scheduling.flex.devices.battery import WEAR_COST_PER_KWH, Ageing, Battery, Chemistry
from scheduling.flex.devices.converter import Converter, Port
from scheduling.flex.devices.fixed import Load, Photovoltaics
from scheduling.flex.devices.heat import Building, HeatPump
from scheduling.flex.devices.process import Process
from scheduling.flex.devices.store import Adjustable, Feeder, SharedStock, Store
from scheduling.flex.devices.vehicle import Vehicle

Device = Annotated[
    Annotated[Battery, Tag("kind:battery")]
    | Annotated[Load, Tag("kind:load")]
    | Annotated[Photovoltaics, Tag("kind:pv")]
    | Annotated[Vehicle, Tag("kind:ev")]
    | Annotated[HeatPump, Tag("kind:heat_pump")]
    | Annotated[Building, Tag("kind:building")]
    | Annotated[Process, Tag("kind:process")]
    | Annotated[Store, Tag("kind:store")]
    | Annotated[Feeder, Tag("kind:feeder")]
    | Annotated[Adjustable, Tag("kind:adjustable")]
    | Annotated[Converter, Tag("kind:converter")],
    Discriminator(lambda value: f"kind:{_kind(value)}"),
]
Devices = Annotated[tuple[Device, ...], Field(max_length=2_000)]


def _kind(value: object) -> object:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


__all__ = [
    "WEAR_COST_PER_KWH",
    "Adjustable",
    "Ageing",
    "Battery",
    "Building",
    "Chemistry",
    "Converter",
    "Device",
    "Devices",
    "Feeder",
    "HeatPump",
    "Load",
    "Photovoltaics",
    "Port",
    "Process",
    "SharedStock",
    "Store",
    "Vehicle",
]

"""Where a building or a battery is measured, and who may read it there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assets.access import authorise_on
from assets.models import Asset, Quantity, Sensor
from scheduling.flex.identification import BatteryMeasured, BuildingMeasured
from scheduling.models import AssetFlex
from tenants.errors import wrong
from tenants.permissions import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSensors:
    """Where a building is measured: TEMPERATURE, POWER into it, irradiance [W/m²] if any."""

    indoor: Sensor
    outdoor: Sensor
    heat: Sensor
    irradiance: Sensor | None = None


def building_measured(
    actor: Actor, sensors: BuildingSensors, capacities: Literal[1, 2]
) -> BuildingMeasured:
    """Return where a building is measured.

    Raises:
        PermissionDenied: ``actor`` may not read one of the sensors.
        ValidationError: one measures something else.
    """
    wanted = {
        "indoor": Quantity.TEMPERATURE,
        "outdoor": Quantity.TEMPERATURE,
        "heat": Quantity.POWER,
        "irradiance": Quantity.IRRADIANCE,
    }
    found: dict[str, int] = {}
    for name, quantity in wanted.items():
        sensor: Sensor | None = getattr(sensors, name)
        if sensor is None:
            continue
        authorise_on(actor, Permission.ASSET_READ, sensor.asset)
        if sensor.quantity != quantity:
            raise wrong(name, f"{sensor} is no {quantity} sensor", code="sensor")
        found[name] = sensor.pk
    return BuildingMeasured(**found, capacities=capacities)


def battery_measured(actor: Actor, asset: Asset, now: datetime) -> BatteryMeasured:
    """Return where the battery ``asset`` is measured, by what is kept with it.

    Raises:
        PermissionDenied: ``actor`` may not read one of the sensors.
        ValidationError: nothing is kept.
    """
    rows = AssetFlex.objects.valid_at(now).filter(asset=asset)
    kept = rows.select_related("power_sensor__asset", "stock_sensor__asset").first()
    if kept is None or kept.power_sensor is None or kept.stock_sensor is None:
        raise wrong(
            "asset", "no sensors of its power and its stock are kept", code="no_flexibility"
        )
    for sensor in (kept.power_sensor, kept.stock_sensor):
        authorise_on(actor, Permission.ASSET_READ, sensor.asset)
    return BatteryMeasured(power=kept.power_sensor.pk, stock=kept.stock_sensor.pk)

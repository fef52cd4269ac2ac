"""Identifying what buildings and batteries are from what was measured of them.

Not one of the package's names: what it needs takes long to import, and only few want it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset, Sensor
from assets.queries import MEASURED, read_onto
from assets.timegrid import TimeGrid
from scheduling.engines.identify import Identified
from scheduling.flex.measured import MeasuredBattery, MeasuredBuilding
from scheduling.models import AssetFlex
from scheduling.planning.identifying import NotIdentifiable, identify
from tenants.errors import as_validation_error, wrong
from tenants.permissions import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSensors:
    """Where a building is measured: TEMPERATURE, POWER into it, irradiance [W/m²] if any."""

    indoor: Sensor
    outdoor: Sensor
    heat: Sensor
    irradiance: Sensor | None = None


def identify_building(
    *,
    actor: Actor,
    sensors: BuildingSensors,
    grid: TimeGrid,
    capacities: Literal[1, 2] = 2,
    now: datetime,
) -> Identified:
    """Return the parameters of a building with one or two capacities, as measured on ``grid``.

    Raises:
        PermissionDenied: ``actor`` may not read one of the sensors.
        ValidationError: what is measured is too short, too flat, or has too many gaps.
    """
    irradiance = sensors.irradiance
    given = {
        "indoor_c": _measured(actor, sensors.indoor, grid, now),
        "outdoor_c": _measured(actor, sensors.outdoor, grid, now),
        "heat_kw": _measured(actor, sensors.heat, grid, now),
        "capacities": capacities,
    }
    if irradiance is not None:
        watts = _measured(actor, irradiance, grid, now)
        given["sun_kw_per_m2"] = [None if each is None else each / 1000 for each in watts]
    return _identified(MeasuredBuilding, given, grid)


def identify_battery(*, actor: Actor, asset: Asset, grid: TimeGrid, now: datetime) -> Identified:
    """Return the efficiencies of the battery ``asset``, by the sensors that are kept with it.

    Raises:
        PermissionDenied: ``actor`` may not read it.
        ValidationError: it has no sensors, or they do not tell.
    """
    authorise_on(actor, Permission.ASSET_READ, asset)
    rows = AssetFlex.objects.valid_at(now).filter(asset=asset)
    kept = rows.select_related("power_sensor__asset", "stock_sensor__asset").first()
    if kept is None or kept.power_sensor is None or kept.stock_sensor is None:
        raise wrong(
            "asset", "no sensors of its power and its stock are kept", code="no_flexibility"
        )
    beyond = TimeGrid(grid.start, grid.step, grid.n_steps + 1)
    given = {
        "power_kw": _measured(actor, kept.power_sensor, grid, now),
        "stock_kwh": _measured(actor, kept.stock_sensor, beyond, now),
    }
    return _identified(MeasuredBattery, given, grid)


def _measured(actor: Actor, sensor: Sensor, grid: TimeGrid, now: datetime) -> list[float | None]:
    authorise_on(actor, Permission.ASSET_READ, sensor.asset)
    try:
        values = read_onto(sensor, grid, known_at=now, kinds=MEASURED)
    except ValueError as error:
        raise wrong("step", str(error), code="step") from None
    return [None if np.isnan(each) else each for each in values.tolist()]


def _identified(
    kind: type[MeasuredBuilding | MeasuredBattery], given: dict[str, Any], grid: TimeGrid
) -> Identified:
    minutes = round(grid.step_hours * 60)
    try:
        return identify(kind.model_validate({**given, "step_minutes": minutes}))
    except DocumentInvalid as error:
        raise as_validation_error(error, field="") from error
    except NotIdentifiable as refusal:
        raise wrong("start", str(refusal), code="too_short") from None

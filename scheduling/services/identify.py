"""Identifying what buildings and batteries are from what was measured of them.

Not one of the package's names: what it needs takes long to import, and only few want it.
"""

from datetime import datetime
from typing import Literal

from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import queries
from scheduling.engines.identify import Identified
from scheduling.flex.identification import BatteryMeasured, BuildingMeasured
from scheduling.planning.identifying import NotIdentifiable, identify
from scheduling.services.measured import BuildingSensors, battery_measured, building_measured
from tenants.errors import as_validation_error, wrong
from tenants.permissions import Actor, Permission


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
    return _identified(building_measured(actor, sensors, capacities), grid, now)


def identify_battery(*, actor: Actor, asset: Asset, grid: TimeGrid, now: datetime) -> Identified:
    """Return the efficiencies of the battery ``asset``, by the sensors that are kept with it.

    Raises:
        PermissionDenied: ``actor`` may not read it.
        ValidationError: it has no sensors, or they do not tell.
    """
    authorise_on(actor, Permission.ASSET_READ, asset)
    return _identified(battery_measured(actor, asset, now), grid, now)


def _identified(
    asked: BuildingMeasured | BatteryMeasured, grid: TimeGrid, now: datetime
) -> Identified:
    try:
        return identify(queries.read_measured(asked, grid, known_at=now))
    except DocumentInvalid as error:
        raise as_validation_error(error, field="") from error
    except NotIdentifiable as refusal:
        raise wrong("start", str(refusal), code="too_short") from None
    except ValueError as error:
        raise wrong("step", str(error), code="step") from None

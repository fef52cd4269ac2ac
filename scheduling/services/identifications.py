"""Asking a worker what a building or a battery is, from what was measured of it."""

from datetime import datetime, timedelta
from typing import Final, Literal

from django.db import transaction

from assets.access import authorise_on
from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling.flex.identification import BatteryMeasured, BuildingMeasured, IdentificationDocument
from scheduling.models import Identification
from scheduling.services.inquiries import enqueue_inquiry
from scheduling.services.measured import BuildingSensors, battery_measured, building_measured
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

#: A year of quarters.
MOST_STEPS: Final = 366 * 96


@transaction.atomic
def request_building_identification(
    *,
    actor: Actor,
    asset: Asset,
    sensors: BuildingSensors,
    grid: TimeGrid,
    capacities: Literal[1, 2] = 2,
    now: datetime,
) -> Identification:
    """Ask for the parameters of the building ``asset``, as measured on ``grid``.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``, or not read a sensor.
        ValidationError: a sensor measures something else, or the span is too long.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    return _enqueued(actor, asset, building_measured(actor, sensors, capacities), grid, now)


@transaction.atomic
def request_battery_identification(
    *, actor: Actor, asset: Asset, grid: TimeGrid, now: datetime
) -> Identification:
    """Ask for the efficiencies of the battery ``asset``, by the sensors that are kept with it.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``.
        ValidationError: no sensors are kept with it, or the span is too long.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    return _enqueued(actor, asset, battery_measured(actor, asset, now), grid, now)


def _enqueued(
    actor: Actor,
    asset: Asset,
    measured: BuildingMeasured | BatteryMeasured,
    grid: TimeGrid,
    now: datetime,
) -> Identification:
    minute = timedelta(minutes=1)
    if grid.step % minute or not minute <= grid.step <= 60 * minute:
        raise wrong("step_minutes", "should be whole minutes, from 1 to 60", code="step")
    if grid.n_steps > MOST_STEPS:
        words = f"{grid.n_steps} steps; at most {MOST_STEPS} are read"
        raise wrong("end", words, code="too_long", maximum=MOST_STEPS)
    row = Identification(
        asset=asset,
        start=grid.start,
        end=grid.end,
        step=grid.step,
        knowledge_time=now,
        asked=IdentificationDocument(measured=measured).model_dump(mode="json"),
        requested_at=now,
        updated_at=now,
    )
    return enqueue_inquiry(actor, "request_identification", row, job="scheduling.identify")

"""Use cases of scheduling: what a user, an operator or a timetable may ask for.

Each authorises, checks, writes in one transaction, and leaves slow work to a worker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling import queries
from scheduling.engines.base import ENGINES
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.references import Reference, references
from scheduling.flex.run import SiteContext, device_document
from scheduling.flex.window import MAX_STEPS
from scheduling.formulation.preferences import Ties
from scheduling.models import AssetFlex, ScheduleRun
from scheduling.pipeline import ScheduleRunChanged
from tenants.audit.services import record, values_of
from tenants.errors import as_validation_error, wrong
from tenants.events import emit
from tenants.jobs import enqueue
from tenants.permissions import Actor, Permission

_QUANTITY_OF_UNIT: Final = {
    "_per_kwh": (Quantity.PRICE,),
    "_kwh": (Quantity.STOCK, Quantity.ENERGY),
    "_kw": (Quantity.POWER,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFlex:
    """What a device can do, for one request or to be kept.

    Attributes:
        asset: the device.
        document: a device document (``scheduling.flex.devices``) without its name.
        power_sensor: where its planned power is recorded.
        stock_sensor: where a store's stock is measured and recorded.
    """

    asset: Asset
    document: dict[str, Any]
    power_sensor: Sensor
    stock_sensor: Sensor | None = None


@transaction.atomic
def request_schedule(
    *,
    actor: Actor,
    asset: Asset,
    grid: TimeGrid,
    now: datetime,
    context: SiteContext | None = None,
    devices: Sequence[DeviceFlex] = (),
    engine: str = "auto",
    ties: Ties = Ties.EARLY,
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN,
) -> ScheduleRun:
    """Ask for a schedule of everything flexible beneath ``asset``.

    Args:
        grid: planning window and step.
        now: time of the request; what becomes known later is not used.
        context: prices and connection instead of those kept at the site.
        devices: flexibility instead of, or beside, that kept at the devices.
        engine: name of a plug-in of group ``scheduling.engines``, or "auto".
        ties, on_infeasible: as ``flex.SiteParts``.

    Returns:
        a queued run; a worker solves it after the transaction commits.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``.
        ValidationError: window, engine, a document or a sensor is wrong.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    known = ("auto", *ENGINES.names())
    if engine not in known:
        words = f"unknown engine {engine!r} (known: {', '.join(known)})"
        raise wrong("engine", words, code="engine")
    if grid.n_steps > MAX_STEPS:
        words = f"{grid.n_steps} steps; at most {MAX_STEPS} in one plan"
        raise wrong("end", words, code="too_long", maximum=MAX_STEPS)
    if context is not None:
        _check_references(references(context), actor, field="context")
    kept = queries.flex_of(asset, grid.start)
    for index, device in enumerate(devices):
        field = f"devices.{index}"
        if not device.asset.path.startswith(asset.path):
            raise wrong(f"{field}.asset", f"not beneath {asset}", code="not_found")
        kept[device.asset.pk] = _checked(device, actor, at=grid.start, field=field)
    document = queries.run_document(
        asset, grid, kept, context=context, ties=ties, on_infeasible=on_infeasible
    )
    run = ScheduleRun(
        asset=asset,
        engine=engine,
        start=grid.start,
        end=grid.end,
        step=grid.step,
        knowledge_time=now,
        problem=document.model_dump(mode="json"),
        requested_by=actor.name,
        requested_at=now,
        updated_at=now,
    )
    return _queued(actor, "request_schedule", run)


@transaction.atomic
def request_again(*, actor: Actor, run: ScheduleRun, now: datetime) -> ScheduleRun:
    """Repeat the request of ``run`` with what is known now; the old run stays as it was.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on the run's asset.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, run.asset)
    again = ScheduleRun(
        asset=run.asset,
        engine=run.engine,
        start=run.start,
        end=run.end,
        step=run.step,
        knowledge_time=now,
        problem=run.problem,
        requested_by=actor.name,
        requested_at=now,
        updated_at=now,
    )
    return _queued(actor, "request_again", again)


@transaction.atomic
def keep_device(*, actor: Actor, device: DeviceFlex, valid_from: datetime) -> AssetFlex:
    """Keep what a device can do, from ``valid_from`` on.

    Raises:
        PermissionDenied: ``actor`` may not manage the device.
        ValidationError: the document or a sensor is wrong.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, device.asset)
    row = _checked(device, actor, at=valid_from, field="device")
    return _kept(actor, "keep_device", row)


@transaction.atomic
def keep_context(
    *, actor: Actor, asset: Asset, context: SiteContext, valid_from: datetime
) -> AssetFlex:
    """Keep the prices and the grid connection that ``asset`` and all beneath it face.

    Raises:
        PermissionDenied: ``actor`` may not manage the asset.
        ValidationError: a sensor is wrong.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    _check_references(references(context), actor, field="context")
    document = context.model_dump(mode="json")
    row = AssetFlex(asset=asset, valid_from=valid_from, document=document)
    return _kept(actor, "keep_context", row)


def _queued(actor: Actor, verb: str, run: ScheduleRun) -> ScheduleRun:
    """Keep a new run with the job that solves it."""
    run_id = str(run.pk)
    enqueue("scheduling.solve", payload={"run_id": run_id}, dedupe_key=run_id, now=run.requested_at)
    asked = values_of(run, "asset_id", "engine", "start", "end", "step")
    record(actor=actor, verb=verb, subject=run, after=asked)
    run.revision = ScheduleRun.objects.next_revision()
    run.save()
    emit(ScheduleRunChanged(run))
    return run


def _kept(actor: Actor, verb: str, row: AssetFlex) -> AssetFlex:
    fields = ("asset_id", "valid_from", "document", "power_sensor_id", "stock_sensor_id")
    same = AssetFlex.objects.filter(asset=row.asset, valid_from=row.valid_from)
    was = same.select_for_update().first()
    kept, _ = AssetFlex.objects.update_or_create(
        asset=row.asset,
        valid_from=row.valid_from,
        defaults={
            "document": row.document,
            "power_sensor": row.power_sensor,
            "stock_sensor": row.stock_sensor,
        },
    )
    record(
        actor=actor,
        verb=verb,
        subject=kept,
        before=values_of(was, *fields) if was else None,
        after=values_of(kept, *fields),
    )
    return kept


def _checked(device: DeviceFlex, actor: Actor, *, at: datetime, field: str) -> AssetFlex:
    try:
        document = device_document(device.document, name=device.asset.name[:80])
    except DocumentInvalid as error:
        raise as_validation_error(error, field=field) from error
    _check_references(references(document), actor, field=field)
    _check_output(device.power_sensor, device.asset, (Quantity.POWER,), f"{field}.power_sensor")
    if device.stock_sensor is not None:
        _check_output(device.stock_sensor, device.asset, (Quantity.STOCK,), f"{field}.stock_sensor")
    return AssetFlex(
        asset=device.asset,
        valid_from=at,
        document=document.model_dump(mode="json", exclude={"name"}),
        power_sensor=device.power_sensor,
        stock_sensor=device.stock_sensor,
    )


def _check_output(
    sensor: Sensor, asset: Asset, quantities: tuple[Quantity, ...], field: str
) -> None:
    if sensor.asset_id != asset.pk or sensor.quantity not in quantities:
        wanted = " or ".join(quantities)
        raise wrong(field, f"{sensor} is no {wanted} sensor of {asset}", code="sensor")


def _check_references(found: Iterable[Reference], actor: Actor, *, field: str) -> None:
    """Refuse sensors that the actor may not read, or whose quantity does not fit the field."""
    for each in found:
        path = f"{field}.{each.path}" if each.path else field
        sensor = Sensor.objects.visible_to(actor).filter(pk=each.sensor).first()
        if sensor is None:
            raise wrong(path, "no such sensor", code="not_found")
        fitting = next(
            quantities for unit, quantities in _QUANTITY_OF_UNIT.items() if path.endswith(unit)
        )
        if sensor.quantity not in fitting:
            raise wrong(
                path,
                f"{sensor} is a {sensor.quantity} sensor, not {' or '.join(fitting)}",
                code="sensor",
            )

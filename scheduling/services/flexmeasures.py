"""Asking for a schedule in FlexMeasures notation, with sensors in place of series."""

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction

from assets.access import authorise_on
from assets.models import Asset, Quantity, Sensor
from assets.queries import read_onto
from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures import document_from_flexmeasures, until_last_target
from scheduling.flex.parsing import DocumentError
from scheduling.flex.run import Output, RunDocument
from scheduling.models import ScheduleRun
from scheduling.queries.problems import stock_at
from scheduling.services.runs import check_engine, check_length, enqueue_run, run_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

#: In which units series of sensors are read; prices in the currency of the tenant.
_UNITS: Final = {Quantity.POWER: "kW", Quantity.STOCK: "kWh", Quantity.ENERGY: "kWh"}
#: Fields in which a stock stands, not what flows.
_OF_STOCK: Final = {"soc-minima", "soc-maxima", "soc-targets"}
#: Where the stock is recorded, and read from at the start where nothing else says it.
_LEVEL: Final = "state-of-charge"
#: Fields that say where results are recorded: no values are read from there.
_OUTPUTS: Final = {
    "consumption",
    "production",
    _LEVEL,
    "aggregate-consumption",
    "aggregate-production",
    "aggregate-power",
}


@transaction.atomic
def request_flexmeasures(
    *,
    actor: Actor,
    asset: Asset,
    grid: TimeGrid,
    now: datetime,
    problem: dict[str, Any],
    currency: str,
    engine: str = "auto",
) -> ScheduleRun:
    """Ask for a schedule of what ``problem`` states in FlexMeasures notation.

    Args:
        problem: flex_context, devices, groups and stocks as in a file for ``solve``, without
            time. ``{"sensor": id}`` stands for what is believed now; the ``sensor`` of a
            device's flex_model is where its planned power is recorded.
        currency: of price sensors.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``.
        ValidationError: the problem is wrong, named by its field, or a sensor is not theirs.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    check_engine(engine)
    try:
        grid = until_last_target(grid, problem)
    except DocumentError as error:
        raise _wrong(error) from None
    check_length(grid)
    given = problem.get("series", {})
    if not isinstance(given, dict):
        raise wrong("problem.series", "should be an object", code="invalid")
    reading = _Reading(actor, grid, now, currency)
    stated = {name: reading.filled(part, f"problem.{name}") for name, part in problem.items()}
    outputs = reading.outputs(problem, asset)
    stated |= {
        "time": {
            "start": grid.start.isoformat(),
            "duration": f"PT{grid.n_steps * grid.step // timedelta(seconds=1)}S",
            "resolution": f"PT{grid.step // timedelta(seconds=1)}S",
        },
        "series": {**reading.series, **given},
    }
    try:
        document = document_from_flexmeasures(stated)
    except DocumentError as error:
        raise _wrong(error) from None
    names = {device.name for device in document.devices}
    kept = {name: output for name, output in outputs.items() if name in names}
    kept |= {name: Output() for name in names - set(kept)}
    asked = RunDocument(site=document, outputs=kept)
    run = run_of(asset, asked, now=now, engine=engine)
    return enqueue_run(actor, "request_flexmeasures", run, document=asked)


def _wrong(error: DocumentError) -> ValidationError:
    path, message = error.errors[0]
    if path == "$.time.resolution":
        return wrong("step_minutes", message, code="step_minutes")
    return wrong(path.replace("$", "problem", 1), message, code="invalid")


def _wanted(path: str) -> set[Quantity]:
    """Return what a sensor at ``path`` of a problem may be about."""
    fields = path.split(".")
    if any(field.endswith("-price") for field in fields):
        return {Quantity.PRICE}
    if not _OF_STOCK.isdisjoint(fields):
        return {Quantity.STOCK}
    return {Quantity.POWER, Quantity.ENERGY}


class _Reading:
    """Puts the series of sensors in their place; ``series`` are those that were needed."""

    def __init__(self, actor: Actor, grid: TimeGrid, now: datetime, currency: str) -> None:
        self.series: dict[str, Any] = {}
        self._actor, self._grid, self._now = actor, grid, now
        self._currency = currency

    def sensor(self, pk: Any, path: str) -> Sensor:
        rows = Sensor.objects.visible_to(self._actor).select_related("asset")
        found = rows.filter(pk=pk).first() if isinstance(pk, int) else None
        if found is None:
            raise wrong(path, "no such sensor", code="not_found")
        return found

    def filled(self, part: Any, path: str) -> Any:
        """Return ``part`` with references to series where it refers to sensors."""
        if isinstance(part, list):
            return [self.filled(each, f"{path}.{i}") for i, each in enumerate(part)]
        if not isinstance(part, dict):
            return part
        if "sensor" in part and not isinstance(part["sensor"], dict) and "name" not in part:
            if path.endswith(".flex_model"):
                return self._fields(part, path)
            rest = {name: value for name, value in part.items() if name != "sensor"}
            return {"series": self._read(self.sensor(part["sensor"], path), path), **rest}
        return self._fields(part, path)

    def _fields(self, part: dict[str, Any], path: str) -> dict[str, Any]:
        found = {
            name: value
            if name in _OUTPUTS or name == "sensor"
            else self.filled(value, f"{path}.{name}")
            for name, value in part.items()
        }
        level = part.get(_LEVEL)
        is_said = part.get("soc-at-start") is not None
        if isinstance(level, dict) and "sensor" in level and not is_said:
            found[_LEVEL] = self._held(level, f"{path}.{_LEVEL}")
        return found

    def _held(self, level: dict[str, Any], path: str) -> dict[str, Any]:
        """Return a series of the stock at the start; ``level`` itself where none is known."""
        sensor = self.sensor(level["sensor"], path)
        start, name = self._grid.start, f"level of sensor {sensor.pk}"
        held = stock_at(sensor, start, start, known_at=self._now)
        if held is None or sensor.quantity != Quantity.STOCK:
            return level
        self.series[name] = {
            "unit": "kWh",
            "resolution": "PT0S",
            "start": start.isoformat(),
            "values": [max(held, 0.0)],
        }
        return {"series": name}

    def _read(self, sensor: Sensor, path: str) -> str:
        name, quantity = f"sensor {sensor.pk}", Quantity(sensor.quantity)
        if quantity not in _wanted(path):
            raise wrong(path, f"{sensor} is a sensor of {quantity.label}", code="sensor")
        is_given = "production" in path.rpartition("flex_")[2] and quantity is not Quantity.PRICE
        name += " given" if is_given else ""
        if name not in self.series:
            values = read_onto(sensor, self._grid, known_at=self._now)
            # Sensors count what is drawn as positive, fields of production what is given.
            values = -values if is_given else values
            self.series[name] = {
                "unit": _UNITS.get(quantity, f"{self._currency}/kWh"),
                "resolution": f"PT{self._grid.step // timedelta(seconds=1)}S",
                "start": self._grid.start.isoformat(),
                "values": [None if np.isnan(value) else value for value in values.tolist()],
            }
        return name

    def outputs(self, problem: dict[str, Any], asset: Asset) -> dict[str, Output]:
        """Return where the plan of each device is recorded, by the device's name."""
        found = {}
        devices = problem.get("devices")
        for i, device in enumerate(devices if isinstance(devices, list) else []):
            model = device.get("flex_model") if isinstance(device, dict) else None
            if not isinstance(model, dict):
                continue
            path = f"problem.devices.{i}.flex_model"
            power = self._output(model.get("sensor"), Quantity.POWER, asset, f"{path}.sensor")
            stock_of = model.get(_LEVEL)
            wanted = stock_of.get("sensor") if isinstance(stock_of, dict) else None
            stock = self._output(wanted, Quantity.STOCK, asset, f"{path}.{_LEVEL}")
            found[str(device.get("name"))] = Output(
                power_sensor=power, stock_sensor=stock, starts_as_said=True
            )
        return found

    def _output(self, pk: Any, quantity: Quantity, asset: Asset, path: str) -> int | None:
        if pk is None:
            return None
        sensor = self.sensor(pk, path)
        if sensor.quantity != quantity or not sensor.asset.path.startswith(asset.path):
            raise wrong(path, f"{sensor} is no {quantity} sensor beneath {asset}", code="sensor")
        return sensor.pk

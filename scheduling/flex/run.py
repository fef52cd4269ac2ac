"""Documents that are kept: with an asset, and with a run what it was asked and what it found."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from scheduling.flex.devices import Device
from scheduling.flex.quantities import Document
from scheduling.flex.site import SiteDocument

_DEVICE: TypeAdapter[Device] = TypeAdapter(Device)


def device_document(given: dict[str, Any], *, name: str) -> Device:
    """Return the device that ``given`` describes, called ``name``.

    Raises:
        pydantic.ValidationError: ``given`` describes none.
    """
    return _DEVICE.validate_python({**given, "name": name})


class Output(Document):
    """Where a device's plan is recorded: identifiers of its sensors."""

    power_sensor: int | None = None
    stock_sensor: int | None = None


class RunDocument(Document):
    """What a run was asked. ``outputs``: by the device's name in ``site``."""

    site: SiteDocument
    outputs: dict[str, Output]


class _Found(BaseModel):
    # Tolerant where documents from outside are strict: a run of an older release stays readable.
    model_config = ConfigDict(frozen=True, extra="ignore")


class BreachFound(_Found):
    """A soft limit that the plan does not keep, over [start, end)."""

    limit: str
    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float
    most_kwh: float = 0.0


class ReasonFound(_Found):
    """Why the plan is as it is, over [start, end)."""

    text: str
    start: datetime
    end: datetime


class RunResult(_Found):
    """What a run found; empty before it is solved.

    ``status`` as ``planning.PlanStatus``; ``gap``: how much it may cost above the cheapest there
    is, as a share. ``power_kw`` per device, one value per step, positive into the device;
    ``stock_kwh`` per store, one value more; ``grid_power_kw`` net import per step.
    """

    engine: str = ""
    status: str = ""
    gap: float | None = None
    bound: float | None = None
    costs: dict[str, float] = {}
    power_kw: dict[str, list[float]] = {}
    stock_kwh: dict[str, list[float]] = {}
    grid_power_kw: list[float] = []
    curtailed_kw: dict[str, list[float]] = {}
    breaches: list[BreachFound] = []
    reasons: list[ReasonFound] = []
    infeasible: list[str] = []
    timings_ms: dict[str, float] = {}

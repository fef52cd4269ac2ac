"""The document of one planning problem: window, prices, grid connection, devices."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from assets.timegrid import TimeGrid
from scheduling.flex.devices import Devices
from scheduling.flex.quantities import Document, Name, Varying, VaryingMagnitude

#: Two weeks of five minutes, or six of a quarter of an hour: prices and weather are not
#: known further, and a longer plan would take minutes.
MAX_STEPS: Final = 4_032

Currency = Annotated[str, Strict(), Field(pattern=r"^[A-Z]{3}$")]


class Window(Document):
    """The time to plan, [start, end), in equal steps. Times have an offset."""

    start: AwareDatetime
    end: AwareDatetime
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        step = timedelta(minutes=self.step_minutes)
        if 60 % self.step_minutes:
            raise PydanticCustomError(
                "step_minutes", "step_minutes should divide 60: 5, 15, 30 and 60 are common"
            )
        if self.end <= self.start:
            raise PydanticCustomError("window", "end should be after start")
        n_steps, rest = divmod(_utc(self.end) - _utc(self.start), step)
        if rest:
            raise PydanticCustomError(
                "window", "start to end should be a whole number of steps of step_minutes"
            )
        if n_steps > MAX_STEPS:
            raise PydanticCustomError(
                "window",
                "the window has {n_steps} steps: at most {most} are allowed",
                {"n_steps": n_steps, "most": MAX_STEPS},
            )
        return self

    @cached_property
    def grid(self) -> TimeGrid:
        """The steps, in UTC."""
        return TimeGrid.between(
            _utc(self.start), _utc(self.end), timedelta(minutes=self.step_minutes)
        )


class Connection(Document):
    """Where the site meets the grid. A limit is hard, or soft with a price per kWh beyond it."""

    import_limit_kw: VaryingMagnitude | None = None
    export_limit_kw: VaryingMagnitude | None = None
    import_breach_price_per_kwh: VaryingMagnitude | None = None
    export_breach_price_per_kwh: VaryingMagnitude | None = None

    @model_validator(mode="after")
    def _priced_limits_exist(self) -> Self:
        for direction in ("import", "export"):
            price = getattr(self, f"{direction}_breach_price_per_kwh")
            if price is not None and getattr(self, f"{direction}_limit_kw") is None:
                raise PydanticCustomError(
                    "limit_missing",
                    "{direction}_breach_price_per_kwh needs {direction}_limit_kw",
                    {"direction": direction},
                )
        return self


class Prices(Document):
    """What energy costs and earns at the connection; either may be negative."""

    import_per_kwh: Varying
    export_per_kwh: Varying = 0.0


class SiteDocument(Document):
    """One site and one window: all that a plan depends on.

    Raises:
        pydantic.ValidationError: a field is unknown, missing or out of range, two devices
            share a name, or a list does not have one value per step.
    """

    version: Literal[1] = 1
    window: Window
    currency: Currency = "EUR"
    prices: Prices
    connection: Connection = Connection()
    devices: Devices = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        seen: set[str] = set()
        for device in self.devices:
            if device.name in seen:
                raise PydanticCustomError(
                    "name_taken", "two devices are called {name}", {"name": repr(device.name)}
                )
            seen.add(device.name)
        return self

    @model_validator(mode="after")
    def _one_value_per_step(self) -> Self:
        n_steps = self.window.grid.n_steps
        for path, values in per_step_values(self):
            if len(values) != n_steps:
                raise PydanticCustomError(
                    "length",
                    "{path} has {given} values: the window has {n_steps} steps",
                    {"path": path, "given": len(values), "n_steps": n_steps},
                )
        return self


def per_step_values(document: SiteDocument) -> list[tuple[str, tuple[float, ...]]]:
    """Return each list of values per step in ``document``, with its JSON path."""
    found: list[tuple[str, tuple[float, ...]]] = []
    parts: list[tuple[str, Document]] = [
        ("prices", document.prices),
        ("connection", document.connection),
    ]
    parts += [(f"devices[{i}]", device) for i, device in enumerate(document.devices)]
    for path, part in parts:
        for field, value in part.fields():
            if isinstance(value, tuple):
                found.append((f"{path}.{field}", value))
    return found


def _utc(time: datetime) -> datetime:
    # Differences of times in one zone ignore its changes of clock; in UTC there are none.
    return time.astimezone(UTC)


__all__ = ["MAX_STEPS", "Connection", "Name", "Prices", "SiteDocument", "Window"]

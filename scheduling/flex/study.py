"""Documents of studies: a year of one site, and what it is asked.

Power is positive into the device. In a file all quantities are numbers, one or one per step; what
is kept may refer to sensors.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, Strict, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from assets.timegrid import TimeGrid
from scheduling.flex.clock import Clock, TimeZone, Weekday
from scheduling.flex.network import Prices
from scheduling.flex.parts import Currency
from scheduling.flex.quantities import (
    Document,
    Moment,
    NotNegative,
    Positive,
    SensorReference,
    Share,
    Varying,
    VaryingMagnitude,
    leaves,
)
from scheduling.flex.references import replaced

#: A leap year of five minutes.
MOST_STEPS: Final = 366 * 288
_MOST_SIZES: Final = 500
_MOST_POINTS: Final = 500

Sizes = Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=_MOST_SIZES)]
Count = Annotated[int, Strict(), Field(ge=0, le=10_000)]


class StudyWindow(Document):
    """The time that is studied, in equal steps. Times have an offset.

    Attributes:
        start: of the first step.
        end: of the last step, not part of the window; a year after the start, as a rule.
        step_minutes: length of a step: 5, 15, 30 or 60.
    """

    start: Moment
    end: Moment
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        step = timedelta(minutes=self.step_minutes)
        if 60 % self.step_minutes:
            raise PydanticCustomError("step_minutes", "step_minutes should divide 60")
        n_steps, rest = divmod(self.end - self.start, step)
        if n_steps < 1 or rest:
            raise PydanticCustomError(
                "window", "start to end should be a whole number of steps of step_minutes"
            )
        if n_steps > MOST_STEPS:
            raise PydanticCustomError(
                "window",
                "the window has {n_steps} steps: at most {most} are allowed",
                {"n_steps": n_steps, "most": MOST_STEPS},
            )
        return self

    @cached_property
    def grid(self) -> TimeGrid:
        """The steps, in UTC."""
        start: datetime = self.start.astimezone(UTC)
        return TimeGrid.between(
            start, self.end.astimezone(UTC), timedelta(minutes=self.step_minutes)
        )


class StudiedBattery(Document):
    """A battery of any size.

    Attributes:
        duration_hours: from empty to full at the power that it has: capacity by power.
        charge_efficiency, discharge_efficiency: each way, at the terminals.
        wear_cost_per_kwh: per kWh discharged; half of it is booked on charging.
    """

    duration_hours: Positive = 2.0
    charge_efficiency: Share = 0.95
    discharge_efficiency: Share = 0.95
    wear_cost_per_kwh: NotNegative = 0.02


class Charging(Document):
    """What each charger of a fleet is asked, on each of its days.

    Attributes:
        arrive, leave: local clock; where leave is not after arrive, it is on the next day.
        weekdays: of arrival, counted from Monday, which is 0.
        energy_kwh: into the vehicle while it stays.
        charge_limit_kw: of one charger.
        charge_efficiency: energy in the vehicle per energy drawn.
    """

    arrive: Clock
    leave: Clock
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = (0, 1, 2, 3, 4)
    energy_kwh: Positive
    charge_limit_kw: Positive
    charge_efficiency: Share = 0.95


class Studied(Document):
    """A site over a long time.

    Attributes:
        window: what is studied.
        currency: of all amounts, three letters.
        load_kw: what the site draws; negative where it gives.
        pv_kw: what its roof can give; it may be held back.
        import_limit_kw, export_limit_kw: of the connection, hard.
        battery: what kind of battery.
        sizes_kwh: capacities to try; 0 is none.
    """

    version: Literal[1] = 1
    window: StudyWindow
    currency: Currency = "EUR"
    load_kw: Varying
    pv_kw: VaryingMagnitude = 0.0
    import_limit_kw: VaryingMagnitude | None = None
    export_limit_kw: VaryingMagnitude | None = None
    battery: StudiedBattery = StudiedBattery()
    sizes_kwh: Sizes

    @model_validator(mode="after")
    def _fits(self) -> Self:
        n_steps = self.window.grid.n_steps
        for path, _, value in leaves(self):
            if isinstance(value, SensorReference):
                continue  # of a document that is kept: read when it is answered
            if path.endswith(("_kw", "_per_kwh")) and len(value) != n_steps:
                raise PydanticCustomError(
                    "length",
                    "{path} has {given} values: the window has {n_steps} steps",
                    {"path": path, "given": len(value), "n_steps": n_steps},
                )
        return self


class BatteryStudy(Studied):
    """What batteries of several sizes would earn.

    Attributes:
        prices: of energy, at the connection.
    """

    kind: Literal["battery"] = "battery"
    prices: Prices


class HostingStudy(Studied):
    """Which fleet fits behind the connection, with which battery.

    Attributes:
        charging: what each charger is asked.
        chargers: numbers of chargers to try.
        time_zone: of the clock of ``charging``.
    """

    kind: Literal["hosting"] = "hosting"
    import_limit_kw: VaryingMagnitude
    charging: Charging
    chargers: Annotated[tuple[Count, ...], Field(min_length=1, max_length=_MOST_POINTS)]
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        points = len(self.chargers) * len(self.sizes_kwh)
        if points > _MOST_POINTS:
            raise PydanticCustomError(
                "too_long",
                "{points} pairs of chargers and sizes_kwh: at most {most} are allowed",
                {"points": points, "most": _MOST_POINTS},
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the clock."""
        return ZoneInfo(self.time_zone)


Study = Annotated[BatteryStudy | HostingStudy, Field(discriminator="kind")]
STUDY: Final[TypeAdapter[Study]] = TypeAdapter(Study)


class StudyDocument(Document):
    """What a study of a site was asked.

    Attributes:
        study: its question; quantities may refer to sensors.
        loads: identifiers of POWER sensors, which are added to ``load_kw``.
        roofs: of those whose production is added to ``pv_kw``.
    """

    study: Study
    loads: tuple[Annotated[int, Strict()], ...] = ()
    roofs: tuple[Annotated[int, Strict()], ...] = ()


def with_numbers(study: Study, values: Mapping[str, Sequence[float]]) -> Study:
    """Return ``study`` with numbers in place of its sensors.

    Args:
        values: one value per step for each path of ``references(study)``.

    Raises:
        pydantic.ValidationError: a magnitude is negative.
    """
    return STUDY.validate_python(replaced(study, values))

"""What a study answers, as it is kept and told."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SizeResult(_Part):
    """What a battery of ``size_kwh`` earns.

    ``cost`` of the site with it and ``saving`` against the site without [currency], None where no
    plan keeps the limits; ``full_cycles``: energy discharged by size.
    """

    size_kwh: float
    cost: float | None
    saving: float | None
    full_cycles: float


class PointResult(_Part):
    """How ``chargers`` fit with a battery of ``size_kwh``, and what the connection lacks."""

    chargers: int
    size_kwh: float
    fits: bool
    short_kw: float
    short_kwh: float
    short_hours: float


class HourResult(_Part):
    """[start, end) in which the connection lacks up to ``most_kw``, ``energy_kwh`` in all."""

    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float


class BarrierResult(_Part):
    """The smallest fleet that does not fit with a battery of ``size_kwh``, and when it does not."""

    size_kwh: float
    chargers: int
    hours: tuple[HourResult, ...]


class BatteryResult(_Part):
    """The smallest size that lets so many ``chargers`` fit; None if none does."""

    chargers: int
    size_kwh: float | None


class FleetResult(_Part):
    """The most ``chargers`` that fit with a battery of ``size_kwh``; None if none does."""

    size_kwh: float
    chargers: int | None


class StudyResult(_Part):
    """The answer of a study; of its parts, those of its kind.

    Attributes:
        sizes: what each size of the battery earns.
        points: how each pair of chargers and size fits.
        smallest_battery_kwh: of each number of chargers.
        largest_fleet: of each size.
        in_the_way: of each size with which not all fit, what is in the way of more.
        filled_share: of the steps of each series, by its place in what was asked: how many were
            not measured and are taken from the same time of another week.
    """

    sizes: tuple[SizeResult, ...] = ()
    points: tuple[PointResult, ...] = ()
    smallest_battery_kwh: tuple[BatteryResult, ...] = ()
    largest_fleet: tuple[FleetResult, ...] = ()
    in_the_way: tuple[BarrierResult, ...] = ()
    filled_share: dict[str, float] = {}

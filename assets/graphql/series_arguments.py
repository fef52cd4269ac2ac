"""The arguments by which every series is read, declared once."""

from collections.abc import Callable, Sized
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from assets.graphql.enums import Aggregation, SourceKind
from assets.queries import EXPECTED, Wanted
from assets.resample import Calendar, Fill, Resolution, parse_resolution
from tenants.errors import wrong
from tenants.graphql.context import Info

_QUARTER_HOURS: Final = 900
_MAX_QUANTILES: Final = 20


def _argument(
    name: str, kind: Any, description: str, **default: Any
) -> Callable[[], StrawberryArgument]:
    return lambda: StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
        **default,
    )


_ARGUMENTS: Final = (
    _argument("start", datetime, "Beginning of the span."),
    _argument("end", datetime, "Its end, not part of it."),
    _argument(
        "resolution",
        str | None,
        "Length of a step: PT15M, PT1H, ... or, by the calendar of `timeZone`, P1D, P1W, P1M, P1Y. "
        "That of the sensor's events without it; of an instantaneous sensor, each point at its "
        "moment. With it, a point holds until the next, for an hour at most, or for as long as the "
        "sensor's `expectedWithinMinutes` says.",
        default=None,
    ),
    _argument(
        "time_zone",
        str | None,
        "IANA name: whose days and months. That of the sensor, or of its asset, without it.",
        default=None,
    ),
    _argument(
        "aggregation",
        Aggregation | None,
        "How events become a longer step. Without it SUM of energy, FIRST of a stock, MEAN of all "
        "else. SUM and ENERGY are refused of points in time.",
        default=None,
    ),
    _argument(
        "sources",
        list[SourceKind] | None,
        "Whose beliefs, of which the newest counts. Without it all but schedules'.",
        default=None,
    ),
    _argument("as_of", datetime | None, "As it was known then; as now without it.", default=None),
    _argument(
        "horizon",
        str | None,
        "As each event was known so long before its start: PT24H is the forecast of the day "
        "before. Any time without it.",
        default=None,
    ),
    _argument(
        "probability",
        float,
        "Which quantile `values` holds [share, above 0 and below 1]; 0.5 is the point value.",
        default=0.5,
    ),
    _argument(
        "quantiles",
        list[float],
        "Further quantiles, for a fan, at once [share, above 0 and below 1].",
        default=[],
    ),
    _argument("fill", Fill, "What stands for what is unknown.", default=Fill.NONE),
    _argument(
        "max_points",
        int | None,
        "At most so many values, as a chart is wide [count, >= 1]. Steps become as long as they "
        "must, rounded to hours or days; the last may be cut short by `end`.",
        default=None,
    ),
)


class ReadsSeries(FieldExtension):
    """Gives a field the arguments of a series; its resolver is handed them as one ``wanted``."""

    def apply(self, field: StrawberryField) -> None:
        own = [each for each in field.arguments if each.python_name != "wanted"]
        field.arguments = [*own, *(argument() for argument in _ARGUMENTS)]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        names = {argument().python_name for argument in _ARGUMENTS}
        given = {name: value for name, value in arguments.items() if name in names}
        others = {name: value for name, value in arguments.items() if name not in names}
        return next_(source, info, wanted=wanted(info.context.received_at, **given), **others)


def wanted(  # noqa: PLR0917
    now: datetime,
    start: datetime,
    end: datetime,
    resolution: str | None,
    time_zone: str | None,
    aggregation: Aggregation | None,
    sources: list[SourceKind] | None,
    as_of: datetime | None,
    horizon: str | None,
    probability: float,
    quantiles: list[float],
    fill: Fill,
    max_points: int | None,
) -> Wanted:
    """Return what the arguments ask for; the first probability is that of ``values``.

    Raises:
        ValidationError: an argument is wrong by itself.
    """
    for name, share in (("probability", probability), *(("quantiles", q) for q in quantiles)):
        if not 0 < share < 1:
            words = f"{share} is not above 0 and below 1"
            raise wrong(name, words, code="range", minimum=0, maximum=1)
    if len(quantiles) > _MAX_QUANTILES:
        words = f"{len(quantiles)} quantiles; at most {_MAX_QUANTILES}"
        raise wrong("quantiles", words, code="too_long", maximum=_MAX_QUANTILES)
    if max_points is not None and max_points < 1:
        raise wrong("max_points", f"{max_points} is below 1", code="range", minimum=1)
    if sources == []:
        raise wrong("sources", "none is named; leave it out for all", code="length", minimum=1)
    return Wanted(
        start=start,
        end=end,
        known_at=as_of or now,
        resolution=_resolution(resolution),
        max_points=max_points,
        aggregation=aggregation.value if aggregation else None,
        kinds=tuple(sources) if sources else EXPECTED,
        probabilities=tuple(dict.fromkeys((probability, *quantiles))),
        fill=fill,
        zone=_zone(time_zone),
        horizon=_horizon(horizon),
    )


def _resolution(text: str | None) -> Resolution | None:
    try:
        return None if text is None else parse_resolution(text)
    except ValueError as error:
        raise wrong("resolution", str(error), code="step") from error


def _horizon(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        found = parse_resolution(text)
    except ValueError:
        found = Calendar.DAY
    if not isinstance(found, timedelta):
        words = f"{text[:20]!r} is no duration: PT1H or PT24H is one"
        raise wrong("horizon", words, code="step")
    return found


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:  # a path, a folder, no such zone
        words = f"{name[:40] if name else ''!r} is no IANA time zone such as Europe/Amsterdam"
        raise wrong("time_zone", words, code="time_zone") from error


Arguments: TypeAlias = dict[str, Any]


def points_cost(arguments: Arguments) -> float:
    """Return the points of a request's budget that a series costs, by its arguments as sent.

    One, and one for every 1,000 values told and every 10,000 events read; the events, whose
    length is not known yet, are taken for quarters of an hour.
    """
    try:
        span = _moment(arguments["end"]) - _moment(arguments["start"])
        seconds = max(span.total_seconds(), 0.0)
    except (KeyError, TypeError, ValueError):
        return 1.0  # refused when it is run
    events = seconds / _QUARTER_HOURS
    told = min(events, seconds / _seconds(arguments.get("resolution")))
    if isinstance(arguments.get("maxPoints"), int):
        told = min(told, arguments["maxPoints"])
    columns = 1 + _length(arguments.get("quantiles"))
    sensors = max(_length(arguments.get("sensors")), 1)
    return sensors * (1.0 + columns * (told / 1_000 + events / 10_000))


def _seconds(resolution: Any) -> float:
    try:
        step = parse_resolution(resolution) if isinstance(resolution, str) else None
    except ValueError:
        step = None
    if isinstance(step, Calendar):
        return 86_400.0
    return (step or timedelta(seconds=_QUARTER_HOURS)).total_seconds()


def _length(given: Any) -> int:
    return len(given) if isinstance(given, Sized) and not isinstance(given, str) else 0


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(text)

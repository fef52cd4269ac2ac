"""GraphQL mutations of forecasting. Each translates, makes one call, translates back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, TypeVar

import strawberry
from django.core.exceptions import ValidationError
from strawberry import relay

from assets.models import Sensor
from assets.timegrid import TimeGrid
from forecasting import services
from forecasting.graphql.types import ForecastPlanNode, ForecastRunNode
from forecasting.models import ForecastPlan, ForecastRun
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission

R = TypeVar("R")


@strawberry.input(description="What to forecast. What is left out comes from the sensor's plan.")
class RequestForecastInput(MutationInput):
    sensor: relay.GlobalID = strawberry.field(description="Whose series.")
    start: datetime | None = strawberry.field(
        default=None, description="Start of the window, with an offset; given with `end`."
    )
    end: datetime | None = strawberry.field(
        default=None, description="End of the window, not part of it; at most 14 days ahead."
    )
    forecaster: str | None = strawberry.field(
        default=None, description='Which model: "auto", "linear", "seasonal_naive", ...'
    )
    history_hours: float | None = strawberry.field(
        default=None, description="How far back to learn [h]."
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestForecastPayload(Payload[ForecastRunNode]):
    pass


@strawberry.input(description="The whole standing plan of a sensor's forecasts.")
class KeepForecastPlanInput(MutationInput):
    sensor: relay.GlobalID = strawberry.field(description="Whose forecasts.")
    forecaster: str = strawberry.field(
        default="auto",
        description='Which model; "auto" chooses by backtest and says why, "sum" adds up `parts`.',
    )
    history_hours: float = strawberry.field(
        default=365 * 24.0, description="How far back it learns [h]."
    )
    horizon_hours: float = strawberry.field(
        default=48.0, description="How far ahead it looks [h]; at most 14 days."
    )
    step_minutes: float | None = strawberry.field(
        default=None,
        description="What is foretold at once [min, a part of an hour]: a whole number of events "
        "of the sensor, which are alike within it; null: each event by itself.",
    )
    rhythm_minutes: float | None = strawberry.field(
        default=None, description="How often it is renewed [min, 5 or more]; null: on request."
    )
    follows_data: bool = strawberry.field(
        default=False,
        description="Renew it, too, when something new was measured, every 5 minutes at most.",
    )
    covariates: list[relay.GlobalID] = strawberry.field(
        default_factory=list,
        description="Sensors known ahead that may explain it: weather forecasts, prices.",
    )
    parts: list[relay.GlobalID] = strawberry.field(
        default_factory=list,
        description='With forecaster "sum": the sensors whose forecasts are added up, at most 200, '
        "of its quantity and resolution. None: those next beneath its asset.",
    )
    holiday_region: str = strawberry.field(
        default="",
        description='Whose public and school holidays explain it: "NL-Noord", "DE-BY", "CH-ZH"; '
        "those of schools are known of Austria, Belgium, France, Germany and the Netherlands. "
        "Empty for the public ones of the country.",
    )
    peak_kw: float | None = strawberry.field(
        default=None,
        description="What the sensor reaches at most in either direction [kW, > 0]: no forecast "
        "goes beyond, and until there is a history a profile of its kind has this height.",
    )


@strawberry.type(description="The plan as it is kept, or why it is not.")
class KeepForecastPlanPayload(Payload[ForecastPlanNode]):
    pass


#: Fields of the input that say their unit, by what the service calls them.
_GIVEN: Final = {
    "history": "history_hours",
    "horizon": "horizon_hours",
    "rhythm": "rhythm_minutes",
    "step": "step_minutes",
}


def _named_as_given(resolver: Callable[..., R]) -> Callable[..., R]:
    """Let refusals of the service name the fields of the input."""

    @wraps(resolver)
    def answer(*args: Any, **kwargs: Any) -> R:
        try:
            return resolver(*args, **kwargs)
        except ValidationError as refusal:
            if not hasattr(refusal, "error_dict"):
                raise
            named = {_GIVEN.get(name, name): each for name, each in refusal.error_dict.items()}
            raise ValidationError(named) from refusal

    return answer


@strawberry.type
class ForecastingMutation:
    @mutation(
        RequestForecastPayload,
        needs=Permission.FORECAST_REQUEST,
        cost=20,
        description="Ask for a forecast of a sensor. Answers at once with a queued run; read "
        "forecastRun to see how it ends.",
    )
    @_named_as_given
    def request_forecast(self, info: Info, input: RequestForecastInput) -> ForecastRun:
        sensor = visible_row(Sensor, input.sensor, info, field="sensor")
        return services.request_forecast(
            actor=info.context.actor,
            sensor=sensor,
            now=info.context.received_at,
            grid=_window(input, sensor),
            forecaster=input.forecaster,
            history=None
            if input.history_hours is None
            else _hours("history_hours", input.history_hours),
        )

    @mutation(
        KeepForecastPlanPayload,
        needs=Permission.ASSET_MANAGE,
        description="Keep how a sensor is forecast, in place of what was kept before.",
    )
    @_named_as_given
    def keep_forecast_plan(self, info: Info, input: KeepForecastPlanInput) -> ForecastPlan:
        rhythm, step = input.rhythm_minutes, input.step_minutes
        return services.keep_plan(
            actor=info.context.actor,
            sensor=visible_row(Sensor, input.sensor, info, field="sensor"),
            forecaster=input.forecaster,
            history=_hours("history_hours", input.history_hours),
            horizon=_hours("horizon_hours", input.horizon_hours),
            step=None if step is None else _hours("step_minutes", step / 60),
            rhythm=None if rhythm is None else _hours("rhythm_minutes", rhythm / 60),
            follows_data=input.follows_data,
            covariates=[
                visible_row(Sensor, each, info, field=f"covariates.{index}")
                for index, each in enumerate(input.covariates)
            ],
            parts=[
                visible_row(Sensor, each, info, field=f"parts.{index}")
                for index, each in enumerate(input.parts)
            ],
            holiday_region=input.holiday_region,
            peak_kw=input.peak_kw,
        )


def _window(input: RequestForecastInput, sensor: Sensor) -> TimeGrid | None:
    if input.start is None and input.end is None:
        return None
    if input.start is None or input.end is None:
        missing = "start" if input.start is None else "end"
        raise wrong(missing, "start and end belong together: this one is missing", code="window")
    try:
        return TimeGrid.between(input.start, input.end, sensor.resolution)
    except (ValueError, OverflowError) as error:
        raise wrong("end", str(error), code="window") from error


def _hours(field: str, hours: float) -> timedelta:
    try:
        return timedelta(hours=hours)
    except (OverflowError, ValueError) as error:
        raise wrong(field, f"{hours} is no span", code="range") from error

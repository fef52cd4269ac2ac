"""GraphQL types of forecasting."""

from datetime import datetime, timedelta
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from assets.graphql.types import SensorNode
from assets.models import Sensor
from forecasting import models
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.filters import (
    ChoiceLookup,
    TextLookup,
    TimeLookup,
    condition,
    filter_type,
    refers_to,
)
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field

public_enum(
    models.RunState,
    name="ForecastRunState",
    description="Where a forecast run stands.",
    says={
        models.RunState.QUEUED: "Waits for a worker.",
        models.RunState.RUNNING: "A worker forecasts.",
        models.RunState.READY: "There is a forecast.",
        models.RunState.FAILED: "There is none; `failure` says why.",
    },
)


def _text(field: str, description: str) -> Any:
    """Return a text of a run, in the language asked for."""

    def told(root: strawberry.Parent[models.ForecastRun], info: Info) -> str:
        return root.text(field, info.context.language)

    words = f"{description[:-1]}; in the language asked for."
    return strawberry_django.field(told, only=[field, "said"], description=words)


@strawberry_django.type(
    models.ForecastRun,
    name="ForecastRun",
    description="One attempt to forecast one sensor over one window [start, end). The forecast "
    "itself is read as the sensor's series, with source FORECASTER.",
)
class ForecastRunNode(VisibleNode):
    sensor: SensorNode = strawberry_django.field(description="What is forecast.")
    state: models.RunState = strawberry_django.field(description="Where it stands.")
    forecaster: str = strawberry_django.field(description="Which model was asked.")
    start: datetime = strawberry_django.field(description="Start of the window.")
    end: datetime = strawberry_django.field(description="End of the window, not part of it.")
    history_start: datetime = strawberry_django.field(
        description="Beginning of what was learnt from."
    )
    knowledge_time: datetime = strawberry_django.field(
        description="What became known later was not used."
    )
    requested_at: datetime = strawberry_django.field(description="When it was asked for.")
    updated_at: datetime = strawberry_django.field(description="When its state last changed.")
    finished_at: datetime | None = strawberry_django.field(description="When it ended, if it has.")
    fallback: str = _text(
        "fallback", "Why another model than the one asked made it; empty if it did itself."
    )
    reason: str = _text("reason", "Why it was made as it was, where the model chooses; else empty.")
    input_notes: str = _text(
        "input_notes", "What was missing in the history or left out of it; empty if nothing."
    )
    failure: str = _text(
        "failure", "Why there is no forecast, in words for the user; empty if there is one."
    )

    @strawberry_django.field(
        select_related=["source"],
        only=["source__name", "source__version"],
        description="Who made it, with the version; null until there is a forecast.",
    )
    def made_by(self, root: strawberry.Parent[models.ForecastRun]) -> str | None:
        return None if root.source is None else str(root.source)


@strawberry_django.type(
    models.ForecastPlan,
    name="ForecastPlan",
    description="The standing plan of a sensor's forecasts: by which model, how far, how often.",
)
class ForecastPlanNode(VisibleNode):
    sensor: SensorNode = strawberry_django.field(description="What is forecast.")
    forecaster: str = strawberry_django.field(
        description='Name of the model; "auto" chooses by backtest.'
    )
    follows_data: bool = strawberry_django.field(
        description="Whether it is renewed, too, when something new was measured."
    )
    holiday_region: str = strawberry_django.field(
        description="Whose public and school holidays explain it; empty for the public ones of "
        "the country."
    )
    parts: DjangoCursorConnection[SensorNode] = connection(
        description='Of a "sum": the sensors that are added up; without any, those next beneath.'
    )
    peak_kw: float | None = strawberry_django.field(
        description="What the sensor reaches at most in either direction [kW, > 0]: no forecast "
        "goes beyond, and a new site is forecast by it; null if nobody knows."
    )

    updated_at: datetime = strawberry_django.field(
        description="When it, or what is known of its accuracy, last changed."
    )
    scored_at: datetime | None = strawberry_django.field(
        description="When its forecasts were last held against what was measured."
    )
    mae: float | None = strawberry_django.field(
        description="Mean absolute error over the last four weeks [unit of the series, >= 0]; null "
        "if nothing can be compared."
    )
    skill: float | None = strawberry_django.field(
        description="1 - MAE over that of the same time a week before [share]; null if unknown."
    )
    coverage: float | None = strawberry_django.field(
        description="Of the values measured, how many lay between the 0.1 and 0.9 quantiles "
        "[share]; 0.8 is right."
    )
    drifts: bool = strawberry_django.field(
        description="Whether the newest quarter of its errors is half as large again as the rest."
    )

    @strawberry_django.field(only=["history"], description="How far back it learns [h].")
    def history_hours(self, root: strawberry.Parent[models.ForecastPlan]) -> float:
        return root.history / timedelta(hours=1)

    @strawberry_django.field(only=["horizon"], description="How far ahead it looks [h].")
    def horizon_hours(self, root: strawberry.Parent[models.ForecastPlan]) -> float:
        return root.horizon / timedelta(hours=1)

    @strawberry_django.field(
        only=["step"], description="What is foretold at once [min]; null for each event by itself."
    )
    def step_minutes(self, root: strawberry.Parent[models.ForecastPlan]) -> float | None:
        return None if root.step is None else root.step / timedelta(minutes=1)

    @strawberry_django.field(
        only=["rhythm"], description="How often it is renewed [min]; null for on request alone."
    )
    def rhythm_minutes(self, root: strawberry.Parent[models.ForecastPlan]) -> float | None:
        return None if root.rhythm is None else root.rhythm / timedelta(minutes=1)


@filter_type(
    models.ForecastRun, name="ForecastRunFilter", description="Which runs; all conditions hold."
)
class ForecastRunFilter:
    state: ChoiceLookup[models.RunState] | None = condition("By where they stand.")
    forecaster: TextLookup | None = condition("By which model was asked.")
    start: TimeLookup | None = condition("By the start of their window.")
    requested_at: TimeLookup | None = condition("By when they were asked for.")
    updated_at: TimeLookup | None = condition("By when their state last changed.")

    @strawberry_django.filter_field(description="Runs that forecast this sensor.")
    def sensor(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Sensor, f"{prefix}sensor_id", info)


@strawberry_django.order_type(
    models.ForecastRun,
    name="ForecastRunOrder",
    description="By which key; several in a list, first to last.",
)
class ForecastRunOrder(Keys):
    start: Direction | None = key()
    requested_at: Direction | None = key()
    updated_at: Direction | None = key()


@filter_type(
    models.ForecastPlan, name="ForecastPlanFilter", description="Which plans; all conditions hold."
)
class ForecastPlanFilter:
    forecaster: TextLookup | None = condition("By which model.")
    updated_at: TimeLookup | None = condition("By when they last changed.")

    @strawberry_django.filter_field(description="The plan of this sensor.")
    def sensor(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Sensor, f"{prefix}sensor_id", info)


@strawberry_django.order_type(
    models.ForecastPlan,
    name="ForecastPlanOrder",
    description="By which key; several in a list, first to last.",
)
class ForecastPlanOrder(Keys):
    forecaster: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class ForecastingQuery:
    forecast_run: ForecastRunNode | None = node_field(description="One run, if it is yours to see.")
    forecast_runs: DjangoCursorConnection[ForecastRunNode] = connection(
        filters=ForecastRunFilter,
        ordering=ForecastRunOrder,
        description="Runs that you may see. Order by requestedAt for the newest.",
    )
    forecast_plans: DjangoCursorConnection[ForecastPlanNode] = connection(
        filters=ForecastPlanFilter,
        ordering=ForecastPlanOrder,
        description="Standing plans that you may see.",
    )

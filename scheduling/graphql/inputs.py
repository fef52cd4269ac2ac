"""GraphQL inputs of scheduling: documents with types, one input per kind of device."""

from typing import Any

import numpy as np
import strawberry
from pydantic import ValidationError as DocumentInvalid
from strawberry import relay

from assets.models import Asset, Sensor
from scheduling import services
from scheduling.flex.run import SiteContext
from tenants.errors import as_validation_error, wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.scalars import Numbers


@strawberry.input(
    one_of=True,
    description="A quantity over the window: one number, a number per step, or a sensor whose "
    "beliefs are read.",
)
class QuantityInput:
    constant: float | None = strawberry.field(
        default=strawberry.UNSET, description="One number for all steps [unit of the field]."
    )
    per_step: Numbers | None = strawberry.field(
        default=strawberry.UNSET,
        description="A number for each step of the window [unit of the field].",
    )
    sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose beliefs are read, as known at the request."
    )


@strawberry.input(description="A battery: stock, power limits, losses and what wearing it costs.")
class BatteryInput:
    capacity_kwh: float = strawberry.field(
        description="Usable stock from empty to full [kWh, > 0]."
    )
    charge_limit_kw: QuantityInput = strawberry.field(description="Most power drawn [kW, >= 0].")
    discharge_limit_kw: QuantityInput = strawberry.field(
        description="Most power given back [kW, >= 0]."
    )
    stock_at_start_kwh: float = strawberry.field(
        description="Energy held at the start [kWh, >= 0], where the stock sensor does not tell."
    )
    charge_efficiency: float = strawberry.field(
        default=0.95, description="Kept of what is drawn [share, above 0 to 1]."
    )
    discharge_efficiency: float = strawberry.field(
        default=0.95, description="Given back of what leaves the stock [share, above 0 to 1]."
    )
    loss_per_hour: float = strawberry.field(
        default=0.0, description="Share of the stock lost by standing [1/h, >= 0]."
    )
    stock_min_kwh: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Least stock at the end of each step, hard [kWh, >= 0]; 0 when not given.",
    )
    stock_max_kwh: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Most stock at the end of each step, hard [kWh, >= 0]; the capacity when not "
        "given.",
    )
    stock_at_end_min_kwh: float | None = strawberry.field(
        default=strawberry.UNSET, description="Stock to end with at least, hard [kWh, >= 0]."
    )
    end_value_per_kwh: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a kWh more in stock at the end than at the start is worth "
        "[currency/kWh]; what refilling it costs in the cheapest quarter of the window when not "
        "given.",
    )
    wear_cost_per_kwh: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Depreciation per kWh discharged [currency/kWh, >= 0]; that of an industrial "
        "LFP battery when not given.",
    )


@strawberry.input(description="Consumption that no plan can move.")
class LoadInput:
    power_kw: QuantityInput = strawberry.field(description="Power [kW, positive when drawn].")


@strawberry.input(description="Solar generation that may be held back.")
class PvInput:
    available_kw: QuantityInput = strawberry.field(
        description="What the sun would give [kW, >= 0]. From a power sensor, whose production "
        "is negative, the sign is turned."
    )
    curtailable: bool = strawberry.field(default=True, description="Whether it may be held back.")
    curtailment_cost_per_kwh: float = strawberry.field(
        default=0.0, description="What holding back costs [currency/kWh, >= 0]."
    )


@strawberry.input(one_of=True, description="What kind of device, with its parameters.")
class DeviceKindInput:
    battery: BatteryInput | None = strawberry.field(
        default=strawberry.UNSET, description="A battery."
    )
    load: LoadInput | None = strawberry.field(
        default=strawberry.UNSET, description="Consumption that no plan can move."
    )
    pv: PvInput | None = strawberry.field(default=strawberry.UNSET, description="Solar generation.")


@strawberry.input(description="What one device can do.")
class DeviceFlexInput:
    asset: relay.GlobalID = strawberry.field(description="Which device, beneath what is planned.")
    flex: DeviceKindInput = strawberry.field(description="What it is and can do.")
    power_sensor: relay.GlobalID = strawberry.field(
        description="Where the planned power is recorded; a POWER sensor of the asset."
    )
    stock_sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where a store's stock is measured and recorded; a STOCK sensor of the asset.",
    )


@strawberry.input(description="Prices of energy at the connection [currency/kWh].")
class PricesInput:
    import_per_kwh: QuantityInput = strawberry.field(
        description="Paid for import [currency/kWh]; may be negative."
    )
    export_per_kwh: QuantityInput = strawberry.field(
        description="Earned by export [currency/kWh]; may be negative."
    )


@strawberry.input(
    description="Limits of the grid connection [kW, >= 0]: hard, or soft with a price per kWh."
)
class ConnectionInput:
    import_limit_kw: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET, description="Most import [kW, >= 0]; none when not given."
    )
    export_limit_kw: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET, description="Most export [kW, >= 0]; none when not given."
    )
    import_breach_price_per_kwh: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What import beyond its limit costs, which makes it soft [currency/kWh, >= 0].",
    )
    export_breach_price_per_kwh: QuantityInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What export beyond its limit costs, which makes it soft [currency/kWh, >= 0].",
    )


@strawberry.input(description="What a site faces: prices and its grid connection.")
class SiteContextInput:
    prices: PricesInput = strawberry.field(description="Of energy at the connection.")
    connection: ConnectionInput = strawberry.field(description="Its limits.")


def to_context(given: SiteContextInput, info: Info, *, field: str) -> SiteContext:
    """Return the document of ``given``.

    Raises:
        ValidationError: a value is wrong, or a sensor is not the actor's to see.
    """
    document = _document(given, info, field)
    try:
        return SiteContext.model_validate(document)
    except DocumentInvalid as error:
        raise as_validation_error(error, field=field) from error


def to_device(given: DeviceFlexInput, info: Info, *, field: str) -> services.DeviceFlex:
    """Return ``given`` with its rows looked up; its document is checked by the service.

    Raises:
        ValidationError: an asset or sensor is not the actor's to see.
    """
    [(kind, parameters)] = [
        (kind, value) for kind, value in vars(given.flex).items() if value is not strawberry.UNSET
    ]
    document = {"kind": kind, **_document(parameters, info, f"{field}.flex.{kind}")}
    stock_sensor = given.stock_sensor
    return services.DeviceFlex(
        asset=visible_row(Asset, given.asset, info, field=f"{field}.asset"),
        document=document,
        power_sensor=visible_row(Sensor, given.power_sensor, info, field=f"{field}.power_sensor"),
        stock_sensor=visible_row(Sensor, stock_sensor, info, field=f"{field}.stock_sensor")
        if stock_sensor
        else None,
    )


def _document(given: Any, info: Info, field: str) -> dict[str, Any]:
    return {
        name: _plain(value, info, f"{field}.{name}")
        for name, value in vars(given).items()
        if value is not strawberry.UNSET and value is not None
    }


def _plain(value: Any, info: Info, field: str) -> Any:
    if isinstance(value, QuantityInput):
        return _quantity(value, info, field)
    if hasattr(value, "__strawberry_definition__"):
        return _document(value, info, field)
    return value


def _quantity(given: QuantityInput, info: Info, field: str) -> Any:
    if given.sensor:
        return {"sensor": visible_row(Sensor, given.sensor, info, field=field).pk}
    if given.per_step is not strawberry.UNSET and given.per_step is not None:
        numbers = np.asarray(given.per_step)
        if np.isnan(numbers).any():
            raise wrong(field, "a value is missing: each step needs one")
        return tuple(numbers.tolist())
    return given.constant

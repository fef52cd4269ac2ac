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
    constant: float | None = strawberry.UNSET
    per_step: Numbers | None = strawberry.UNSET
    sensor: relay.GlobalID | None = strawberry.UNSET


@strawberry.input(description="A battery: stock, power limits, losses and what wearing it costs.")
class BatteryInput:
    capacity_kwh: float = strawberry.field(description="Usable stock from empty to full [kWh].")
    charge_limit_kw: QuantityInput = strawberry.field(description="Most power drawn [kW, >= 0].")
    discharge_limit_kw: QuantityInput = strawberry.field(
        description="Most power given back [kW, >= 0]."
    )
    stock_at_start_kwh: float = strawberry.field(
        description="Energy held at the start [kWh], where the stock sensor does not tell."
    )
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    loss_per_hour: float = strawberry.field(
        default=0.0, description="Share of the stock lost by standing, per hour."
    )
    stock_min_kwh: QuantityInput | None = strawberry.UNSET
    stock_max_kwh: QuantityInput | None = strawberry.UNSET
    stock_at_end_min_kwh: float | None = strawberry.UNSET
    end_value_per_kwh: float | None = strawberry.UNSET
    wear_cost_per_kwh: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Depreciation [currency/kWh discharged]; that of an industrial LFP battery "
        "when not given.",
    )


@strawberry.input(description="Consumption that no plan can move.")
class LoadInput:
    power_kw: QuantityInput = strawberry.field(description="Power drawn [kW].")


@strawberry.input(description="Solar generation that may be held back.")
class PvInput:
    available_kw: QuantityInput = strawberry.field(
        description="What the sun would give [kW, >= 0]. From a power sensor, whose production "
        "is negative, the sign is turned."
    )
    curtailable: bool = True
    curtailment_cost_per_kwh: float = 0.0


@strawberry.input(one_of=True, description="What kind of device, with its parameters.")
class DeviceKindInput:
    battery: BatteryInput | None = strawberry.UNSET
    load: LoadInput | None = strawberry.UNSET
    pv: PvInput | None = strawberry.UNSET


@strawberry.input(description="What one device can do.")
class DeviceFlexInput:
    asset: relay.GlobalID
    flex: DeviceKindInput
    power_sensor: relay.GlobalID = strawberry.field(
        description="Where the planned power is recorded; a POWER sensor of the asset."
    )
    stock_sensor: relay.GlobalID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where a store's stock is measured and recorded; a STOCK sensor of the asset.",
    )


@strawberry.input(description="Prices of energy at the connection [currency/kWh].")
class PricesInput:
    import_per_kwh: QuantityInput
    export_per_kwh: QuantityInput


@strawberry.input(
    description="Limits of the grid connection [kW, >= 0]: hard, or soft with a price per kWh."
)
class ConnectionInput:
    import_limit_kw: QuantityInput | None = strawberry.UNSET
    export_limit_kw: QuantityInput | None = strawberry.UNSET
    import_breach_price_per_kwh: QuantityInput | None = strawberry.UNSET
    export_breach_price_per_kwh: QuantityInput | None = strawberry.UNSET


@strawberry.input(description="What a site faces: prices and its grid connection.")
class SiteContextInput:
    prices: PricesInput
    connection: ConnectionInput


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

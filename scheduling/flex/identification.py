"""Documents that are kept with an identification: what was asked, and what was found."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from scheduling.flex.quantities import Document

SensorId = Annotated[int, Strict()]


class BuildingMeasured(Document):
    """Where a building is measured: identifiers of sensors.

    Attributes:
        indoor, outdoor: of TEMPERATURE.
        heat: of POWER into the building.
        irradiance: of IRRADIANCE [W/m²]; the sun is left out when not given.
        capacities: 1 (air and walls together) or 2.
    """

    kind: Literal["building"] = "building"
    indoor: SensorId
    outdoor: SensorId
    heat: SensorId
    irradiance: SensorId | None = None
    capacities: Literal[1, 2] = 2


class BatteryMeasured(Document):
    """Where a battery is measured: identifiers of sensors of its POWER and its STOCK."""

    kind: Literal["battery"] = "battery"
    power: SensorId
    stock: SensorId


class IdentificationDocument(Document):
    """What an identification was asked."""

    measured: Annotated[BuildingMeasured | BatteryMeasured, Field(discriminator="kind")]


class IdentificationResult(BaseModel):
    """What an identification found.

    ``parameters`` by name; ``errors``: their relative standard errors; ``rmse``: what is left over,
    in the unit of what was fitted [K or kWh].
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    parameters: dict[str, float]
    errors: dict[str, float]
    rmse: float

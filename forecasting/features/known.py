"""Names of covariates that forecasters know what to do with; any other is just a number."""

from typing import Final

#: 1 on a public holiday of the place, else 0.
HOLIDAY: Final = "holiday"
#: Share of pupils on holiday, 0 to 1.
SCHOOL_HOLIDAY: Final = "school_holiday"
#: Irradiance on the horizontal plane [W/m²].
IRRADIANCE: Final = "ghi"
#: Air temperature [°C].
TEMPERATURE: Final = "temperature"
#: What 1 kW of panels would give [kW]; worked out from the place and, if known, irradiance.
SUN: Final = "sun"

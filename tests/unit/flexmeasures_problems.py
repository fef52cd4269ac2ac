"""Problems in FlexMeasures notation for tests, each the least that a test needs."""

from typing import Any

import pytest

from scheduling.flex import DocumentError
from scheduling.flex.flexmeasures import document_from_flexmeasures
from scheduling.planning import Plan, plan


def problem(*devices: dict[str, Any], hours: int = 3, **fields: Any) -> dict[str, Any]:
    """Prices 100, 200, 300 ... EUR/MWh by the hour; a site of 50 kW."""
    context = {
        "consumption-price": {"series": "price"},
        "site-power-capacity": "50 kW",
        **fields.pop("context", {}),
    }
    series = {
        "price": {
            "unit": "EUR/MWh",
            "resolution": "PT1H",
            "start": "2026-01-12T00:00:00+01:00",
            "values": [100.0 * (hour + 1) for hour in range(hours)],
        },
        **fields.pop("series", {}),
    }
    return {
        "time": {
            "start": "2026-01-12T00:00:00+01:00",
            "duration": f"PT{hours}H",
            "resolution": "PT1H",
            "timezone": "Europe/Amsterdam",
        },
        "series": series,
        "flex_context": context,
        "devices": list(devices),
        **fields,
    }


def device(name: str = "battery", **flex_model: Any) -> dict[str, Any]:
    fields = {key.replace("_", "-"): value for key, value in flex_model.items()}
    return {"name": name, "flex_model": fields}


def store(**fields: Any) -> dict[str, Any]:
    """An empty store of 10 kW without losses that never needs to be empty."""
    given = {"soc_at_start": "0 kWh", "soc_min": "0 kWh", "power_capacity": "10 kW"}
    return device(**{**given, **fields})


def solved(given: dict[str, Any]) -> Plan:
    return plan(document_from_flexmeasures(given))


def refused(given: dict[str, Any]) -> str:
    with pytest.raises(DocumentError) as caught:
        document_from_flexmeasures(given)
    return str(caught.value)


def series(values: list[float | None], unit: str = "kW", resolution: str = "PT1H") -> Any:
    return {
        "unit": unit,
        "resolution": resolution,
        "start": "2026-01-12T00:00:00+01:00",
        "values": values,
    }


def at(hour: int, minute: int = 0) -> str:
    """Return a time of the day that is planned."""
    return f"2026-01-12T{hour:02}:{minute:02}:00+01:00"

"""Documents with scenarios, for tests."""

from typing import Any

from scheduling.flex import SiteDocument
from tests.unit.scheduling_documents import battery, load, site

PRICES = [0.2, 0.3, 0.25]
#: Import prices of the last two hours in three scenarios.
COURSES = {"calm": [0.2, 0.3, 0.25], "dear": [0.2, 0.9, 0.3], "late": [0.2, 0.1, 0.8]}


def scenarios(weights: list[float], **more: Any) -> dict[str, Any]:
    return {
        "scenarios": [
            {
                "name": name,
                "weight": weight,
                "import_per_kwh": prices,
                "export_per_kwh": [0.5 * each for each in prices],
            }
            for (name, prices), weight in zip(COURSES.items(), weights, strict=True)
        ],
        "decided_hours": 2.0,
        **more,
    }


def uncertain(uncertainty: dict[str, Any], **fields: Any) -> SiteDocument:
    return site(
        battery(stock_at_start_kwh=5.0, capacity_kwh=10.0, **fields),
        load(2.0),
        import_price=PRICES,
        export_price=[0.5 * each for each in PRICES],
        more={"uncertainty": uncertainty},
    )

"""Files brought, mapped and imported."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from assets.models import Asset, Sensor
from integrations.models import FileImport
from integrations.services import (
    bring_file,
    mapping_from,
)
from tenants.permissions import Actor

TEXT = "time;kW;kWh\n2026-03-27 00:00;1,5;100\n2026-03-27 01:00;2,5;101,5\n"
WRONG = TEXT + "2026-03-27 02:00;x;\n2026-99-27 03:00;1;\n2026-03-27 04:00;4,5;\n"
DAY = timedelta(days=1)


def bring(actor: Actor, asset: Asset, now: datetime, text: str | bytes = TEXT) -> FileImport:
    content = text.encode() if isinstance(text, str) else text
    return bring_file(actor=actor, asset=asset, name="meter.csv", content=content, now=now)


def mapping_to(sensor: Sensor, **changes: Any) -> Any:
    column = {"column": "kW", "sensor": sensor.pk, "unit": "kW", **changes.pop("of_column", {})}
    return mapping_from({"columns": [column], "decimal_comma": True, **changes})


def imported(file: FileImport, run_jobs: Callable[..., int]) -> FileImport:
    run_jobs("integration")
    file.refresh_from_db()
    return file

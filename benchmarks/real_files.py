"""Real files, messy ones among them, brought and imported as a person would in the portal.

    python benchmarks/real_files.py

Each file is brought, mapped and imported by the worker's job into a sensor of a tenant of its
own, which is deleted at the end. What is stored is counted and summed and held against the same
rows read by nothing but ``csv``. Prints JSON with the processor time of each job; exits with 1
if a count or a sum differs.
"""

import csv
import io
import json
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
DATA: Final = ROOT.parent / "shared" / "data"
if not DATA.exists():
    sys.exit("real_files needs the data folder beside the project (../shared/data): it is absent")

from config import env  # noqa: E402

env.start_services()

import django  # noqa: E402

django.setup()

from django.db.models import Count, Max, Min, Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from assets.models import Asset, AssetType, Belief, Quantity, Sensor  # noqa: E402
from assets.services import NewSensor, add_asset, add_customer, add_sensor  # noqa: E402
from config.demo.schemas import migrate_all  # noqa: E402
from integrations.models import FileContent, FileImport  # noqa: E402
from integrations.services import ask_import, bring_file, mapping_from, preview_of  # noqa: E402
from tenants import jobs  # noqa: E402
from tenants.database import connection  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.permissions import PLATFORM  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402

SCHEMA: Final = "benchmark_real_files"
SWAPPED: Final = "%Y-%d-%m %H:%M|%Y-%m-%d %H:%M"
TOLERANCE: Final = 1e-9
Row = dict[str, str]


@dataclass(frozen=True)
class Real:
    """A file, how it is mapped, and what its rows add up to by themselves.

    Attributes:
        value: of a row in the sensor's unit; None for a row that does not count.
        values: how many are to be stored, where each of the file's rows is one.
    """

    file: str
    column: str
    unit: str
    step_minutes: int
    value: Callable[[Row], float | None]
    values: int | None = None
    quantity: Quantity = Quantity.POWER
    how: dict[str, Any] = field(default_factory=dict)
    of_column: dict[str, Any] = field(default_factory=dict)


def energy(column: str, minutes: int) -> Callable[[Row], float | None]:
    """Return the mean power that a row's energy is over its interval."""
    return lambda row: float(row[column]) * 60 / minutes if row[column] else None


def plain(column: str, factor: float = 1.0) -> Callable[[Row], float | None]:
    """Return a row's value in another unit."""
    return lambda row: float(row[column]) * factor if row[column] else None


SESSIONS: Final = {"any_order": True, "cut_to_steps": True, "duplicates": "sum"}
FILES: Final = (
    Real(
        "ev_sessions_public/boulder_first6000.csv", "Energy__kWh_", "kWh", 15,
        energy("Energy__kWh_", 15),
        how=SESSIONS | {"time_column": "Start_Date___Time", "time_format": "%Y/%m/%d %H:%M:%S",
                        "ignore_offsets": True, "time_zone": "America/Denver"},
    ),
    Real(
        "ev_sessions_public/dundee_2017-12_2018-03.csv", "Total kWh", "kWh", 15,
        energy("Total kWh", 15),
        how=SESSIONS | {"time_column": "Start Date", "clock_column": "Start Time",
                        "time_format": SWAPPED, "time_zone": "Europe/London"},
    ),
    Real(
        "industrial_load_steel/steel_2018_jan_sep.csv", "Usage_kWh", "kWh", 15,
        energy("Usage_kWh", 15), values=26_208,
        how={"time_format": "%d/%m/%Y %H:%M", "label": "end", "midnight_ends_day": True,
             "time_zone": "Asia/Seoul"},
    ),
    Real(
        "market_aemo_5min/aemo_nsw_2025-01.csv", "TOTALDEMAND", "MW", 5,
        plain("TOTALDEMAND", 1000.0), values=8_928,
        how={"time_column": "SETTLEMENTDATE", "time_format": "%Y/%m/%d %H:%M:%S", "label": "end",
             "time_zone": "Etc/GMT-10"},
    ),
    Real(
        "prices_nl_dayahead/nl_imbalance_15min_2023.csv", "Long", "EUR/MWh", 15,
        plain("Long", 0.001), quantity=Quantity.PRICE,
    ),
    Real(
        "national_load_pv_wind_de/opsd_de_2019_jan_sep.csv",
        "DE_load_actual_entsoe_transparency", "MW", 60,
        plain("DE_load_actual_entsoe_transparency", 1000.0), values=6_551,
    ),
    Real(
        "pv_nrel_serf/serf_east_15min_ac_power.csv", "ac_power", "W", 15,
        plain("ac_power", -0.001), of_column={"generation": True},
    ),
)  # fmt: skip


def found() -> Tenant:
    """Make the tenant and enter its schema."""
    migrate_all(now=timezone.now())
    old = Tenant.objects.filter(schema_name=SCHEMA).first()
    if old is not None:
        delete_tenant(operator="benchmark", tenant=old)
    tenant = create_tenant(
        operator="benchmark",
        schema_name=SCHEMA,
        name="Real files",
        domain="real-files.localhost",
        now=timezone.now(),
    )
    connection.set_tenant(tenant)
    return tenant


def a_sensor(site: Asset, real: Real) -> Sensor:
    """Make the sensor that the file goes into."""
    step = timedelta(minutes=real.step_minutes)
    return add_sensor(
        actor=PLATFORM, asset=site, sensor=NewSensor(real.file[:100], real.quantity, step)
    )


def imported(tenant: Tenant, site: Asset, real: Real) -> dict[str, Any]:
    """Bring and import one file; return what was stored and what its rows say by themselves."""
    content = (DATA / real.file).read_bytes()
    sensor = a_sensor(site, real)
    now = timezone.now()
    file = bring_file(actor=PLATFORM, asset=site, name=real.file, content=content, now=now)
    began = time.process_time()
    seen = preview_of(actor=PLATFORM, file=file)
    looked = time.process_time() - began
    column = {"column": real.column, "sensor": sensor.pk, "unit": real.unit, **real.of_column}
    mapping = mapping_from({"columns": [column], "step_minutes": real.step_minutes, **real.how})
    ask_import(actor=PLATFORM, file=file, mapping=mapping, now=now)
    began = time.process_time()
    jobs.run_next("integration")
    spent = time.process_time() - began
    connection.set_tenant(tenant)
    file = FileImport.objects.get(pk=file.pk)
    stored = Belief.objects.filter(sensor=sensor).aggregate(
        n=Count("pk"), total=Sum("value"), first=Min("event_start"), last=Max("event_start")
    )
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    told = [value for row in rows if (value := real.value(row)) is not None]
    right = file.state == "DONE" and math.isclose(
        stored["total"] or 0.0, math.fsum(told), rel_tol=TOLERANCE
    )
    return {
        "state": file.state,
        "rows_with_a_value": len(told),
        "values": stored["n"],
        "sum": stored["total"],
        "sum_of_rows": math.fsum(told),
        "first": stored["first"].isoformat() if stored["n"] else None,
        "last": stored["last"].isoformat() if stored["n"] else None,
        "doubts": [doubt.value for doubt, _ in seen.doubts],
        "words": (file.report or {}).get("words", ""),
        "preview_ms": round(1000 * looked),
        "job_ms": round(1000 * spent),
        "is_right": right and stored["n"] == (real.values or stored["n"]),
    }


def main() -> int:
    """Import all; return the exit status."""
    tenant = found()
    try:
        customer = add_customer(actor=PLATFORM, name="Real files")
        portfolio = Asset.objects.get(path=customer.root_path)
        site = add_asset(actor=PLATFORM, parent=portfolio, name="Site", asset_type=AssetType.SITE)
        told: dict[str, Any] = {real.file: imported(tenant, site, real) for real in FILES}
        told["contents left"] = FileContent.objects.count()
    finally:
        connection.set_schema_to_public()
        delete_tenant(operator="benchmark", tenant=tenant)
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    files = [each for each in told.values() if isinstance(each, dict)]
    return 0 if all(each["is_right"] for each in files) and not told["contents left"] else 1


if __name__ == "__main__":
    sys.exit(main())

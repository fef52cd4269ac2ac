"""A week of one site on real data, planned day by day, as an operator and a partner would.

    python benchmarks/real_week.py

Prices of the Netherlands in 2024, a steel plant's load of 2018 and a measured roof of 2016 are
imported by ``manage.py import_series`` into a tenant of its own, which is deleted at the end.
Load and roof are moved to the week's dates, weekdays kept, and the roof is taken 60 times.
Each day is planned with what was measured on it, so the figures show the data's road and the
engine, not forecasts. Prints JSON; exits with 1 if energy does not balance to 1e-6.
"""

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
DATA: Final = ROOT.parent / "shared" / "data"
PRICES: Final = DATA / "prices_nl_dayahead" / "nl_day_ahead_2024.csv"
LOAD: Final = DATA / "industrial_load_steel" / "steel_2018_jan_sep.csv"
ROOF: Final = DATA / "pv_nrel_serf" / "serf_east_15min_ac_power.csv"
if not (PRICES.exists() and LOAD.exists() and ROOF.exists()):
    sys.exit("real_week needs the data folder beside the project (../shared/data): it is absent")

from config import env  # noqa: E402

env.start_services()

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from assets.models import Asset, AssetType, Quantity, Sensor  # noqa: E402
from assets.services import NewSensor, add_asset, add_customer, add_sensor  # noqa: E402
from assets.timegrid import TimeGrid  # noqa: E402
from config.demo.schemas import migrate_all  # noqa: E402
from scheduling.flex import SiteDocument  # noqa: E402
from scheduling.flex.context import SiteContext  # noqa: E402
from scheduling.flex.run import RunResult  # noqa: E402
from scheduling.models import RunState, ScheduleRun  # noqa: E402
from scheduling.planning import plan  # noqa: E402
from scheduling.queries import read_problem  # noqa: E402
from scheduling.services import (  # noqa: E402
    DeviceFlex,
    keep_context,
    keep_device,
    request_schedule,
)
from tenants import jobs  # noqa: E402
from tenants.database import connection  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.permissions import PLATFORM  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402

SCHEMA: Final = "benchmark_real_week"
ZONE: Final = ZoneInfo("Europe/Amsterdam")
MONDAY: Final = date(2024, 7, 8)
DAYS: Final = 7
LOAD_MONDAY: Final = date(2018, 7, 9)
ROOF_FIRST: Final = date(2016, 7, 4)
ROOFS: Final = 60
QUARTER: Final = timedelta(minutes=15)
TOLERANCE: Final = 1e-6
BATTERY: Final[dict[str, Any]] = {
    "kind": "battery",
    "capacity_kwh": 500.0,
    "charge_limit_kw": 250.0,
    "discharge_limit_kw": 250.0,
    "stock_at_start_kwh": 250.0,
    "charge_efficiency": 0.95,
    "discharge_efficiency": 0.95,
    "chemistry": "lfp_industrial",
}


def found() -> tuple[Tenant, Asset]:
    """Make the tenant and its one site; return both, within the tenant's schema."""
    migrate_all(now=timezone.now())
    if Tenant.objects.filter(schema_name=SCHEMA).exists():
        remove()
    tenant = create_tenant(
        operator="benchmark",
        schema_name=SCHEMA,
        name="Real week",
        domain="real-week.localhost",
        now=timezone.now(),
    )
    connection.set_tenant(tenant)
    portfolio = Asset.objects.get(path=add_customer(actor=PLATFORM, name="Steelworks").root_path)
    site = add_asset(actor=PLATFORM, parent=portfolio, name="Works", asset_type=AssetType.SITE)
    price = NewSensor("price", Quantity.PRICE, timedelta(hours=1))
    add_sensor(actor=PLATFORM, asset=site, sensor=price)
    for name, kind in (
        ("Load", AssetType.LOAD),
        ("Roof", AssetType.PV),
        ("Battery", AssetType.BATTERY),
    ):
        device = add_asset(actor=PLATFORM, parent=site, name=name, asset_type=kind)
        add_sensor(actor=PLATFORM, asset=device, sensor=NewSensor("power", Quantity.POWER, QUARTER))
    store = Asset.objects.get(name="Battery")
    add_sensor(actor=PLATFORM, asset=store, sensor=NewSensor("stock", Quantity.STOCK, QUARTER))
    return tenant, site


def import_all(tenant: Tenant, folder: Path) -> dict[str, Any]:
    """Import the three files; return what the command told of each."""
    load, roof = folder / "load.csv", folder / "roof.csv"
    write(load, moved_load())
    write(roof, moved_roof())
    wanted: dict[str, tuple[Path, dict[str, Any]]] = {
        "prices": (
            PRICES,
            {"sensor": "Works/price", "column": "DA_price", "unit": "EUR/MWh", "step": 60}
            | {"day_ahead": "13:00"},
        ),
        "load": (
            load,
            {"sensor": "Works/Load/power", "column": "kWh", "unit": "kWh", "label": "end"}
            | {"time_format": "%d/%m/%Y %H:%M", "midnight_ends_day": True},
        ),
        "roof": (
            roof,
            {"sensor": "Works/Roof/power", "column": "W", "unit": "W", "generation": True},
        ),
    }
    told = {}
    for name, (file, options) in wanted.items():
        said = io.StringIO()
        call_command("import_series", SCHEMA, file, json=True, stdout=said, **options)
        connection.set_tenant(tenant)
        told[name] = json.loads(said.getvalue())
    return told


def moved_load() -> Iterator[tuple[str, float]]:
    """Yield the plant's rows of the week, labelled as the file labels them."""
    with LOAD.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day, clock = row["date"].split()
            of_month, month, year = (int(part) for part in day.split("/"))
            number = (date(year, month, of_month) - LOAD_MONDAY).days
            if 0 <= number < DAYS:
                label = f"{MONDAY + timedelta(days=number):%d/%m/%Y} {clock}"
                yield label, float(row["Usage_kWh"])


def moved_roof() -> Iterator[tuple[str, float]]:
    """Yield the roof's rows of the week; standby at night is left out."""
    with ROOF.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            local = datetime.fromisoformat(row["measured_on"]).replace(tzinfo=None)
            number = (local.date() - ROOF_FIRST).days
            if 0 <= number < DAYS and row["ac_power"]:
                moved = datetime.combine(MONDAY + timedelta(days=number), local.time())
                yield f"{moved:%Y-%m-%d %H:%M}", ROOFS * max(float(row["ac_power"]), 0.0)


def write(path: Path, rows: Iterator[tuple[str, float]]) -> None:
    """Write ``rows`` as a file of the kind that meters leave."""
    head = "kWh" if path.stem == "load" else "W"
    path.write_text(f"time,{head}\n" + "".join(f"{label},{value}\n" for label, value in rows))


def keep(site: Asset) -> None:
    """Keep what the site faces and what its devices can do."""
    since = datetime(2024, 1, 1, tzinfo=ZONE)
    price = Sensor.objects.get(name="price").pk
    context = {
        "prices": {"import_per_kwh": {"sensor": price}, "export_per_kwh": {"sensor": price}},
        "connection": {
            "import_limit_kw": 500.0,
            "export_limit_kw": 200.0,
            "import_breach_price_per_kwh": 2.0,
            "export_breach_price_per_kwh": 2.0,
        },
    }
    parsed = SiteContext.model_validate(context)
    keep_context(actor=PLATFORM, asset=site, context=parsed, valid_from=since)
    power = {each.asset.name: each for each in Sensor.objects.filter(name="power")}
    documents: dict[str, dict[str, Any]] = {
        "Load": {"kind": "load", "power_kw": {"sensor": power["Load"].pk}},
        "Roof": {"kind": "pv", "available_kw": {"sensor": power["Roof"].pk}},
        "Battery": BATTERY,
    }
    for name, document in documents.items():
        stock = Sensor.objects.get(name="stock") if name == "Battery" else None
        device = DeviceFlex(
            asset=power[name].asset,
            document=document,
            power_sensor=power[name],
            stock_sensor=stock,
        )
        keep_device(actor=PLATFORM, device=device, valid_from=since)


def plan_day(tenant: Tenant, site: Asset, day: date) -> dict[str, Any]:
    """Plan one local day by a job; return its costs and how far energy is out of balance."""
    start, end = (datetime.combine(day + timedelta(days=shift), time(), ZONE) for shift in (0, 1))
    now = timezone.now()
    grid = TimeGrid.between(start, end, QUARTER)
    run = request_schedule(actor=PLATFORM, asset=site, grid=grid, now=now)
    while jobs.run_next("solver") is not None:
        pass
    connection.set_tenant(tenant)
    run.refresh_from_db()
    if run.state != RunState.READY:
        raise SystemExit(f"{day}: {run.state}: {run.failure}")
    problem = read_problem(run)
    result = RunResult.model_validate(run.result)
    without = problem.model_copy(
        update={"devices": tuple(each for each in problem.devices if each.kind != "battery")}
    )
    idle = without.model_copy(
        update={
            "devices": tuple(
                each.model_copy(update={"curtailable": False}) if each.kind == "pv" else each
                for each in without.devices
            )
        }
    )
    return {
        "day": day.isoformat(),
        "cost": run.cost,
        "cost_without_battery": plan(without).cost,
        "cost_doing_nothing": plan(idle).cost,
        "stock_at_end_kwh": result.stock_kwh["Battery"][-1],
        "imbalance": imbalance(run, problem, result),
    }


def imbalance(run: ScheduleRun, problem: SiteDocument, result: RunResult) -> float:
    """Return the largest error of the site's power [kW] and of the battery's stock [kWh]."""
    grid_kw = np.array(result.grid_power_kw)
    devices = np.sum([np.array(power) for power in result.power_kw.values()], axis=0)
    power = np.array(result.power_kw["Battery"])
    stock = np.array(result.stock_kwh["Battery"])
    hours = run.grid.step_hours
    into = np.where(power > 0, power * BATTERY["charge_efficiency"], 0.0)
    out = np.where(power < 0, power / BATTERY["discharge_efficiency"], 0.0)
    stored = stock[:-1] + (into + out) * hours
    [load_kw] = [np.array(each.power_kw) for each in problem.devices if each.kind == "load"]
    return max(
        float(np.abs(grid_kw - devices).max()),
        float(np.abs(stored - stock[1:]).max()),
        float(np.abs(np.array(result.power_kw["Load"]) - load_kw).max()),
    )


def remove() -> None:
    """Delete the benchmark's tenant."""
    connection.set_schema_to_public()
    delete_tenant(operator="benchmark", tenant=Tenant.objects.get(schema_name=SCHEMA))


def main() -> int:
    """Import, plan, compare; 0 if energy balances."""
    tenant, site = found()
    try:
        with tempfile.TemporaryDirectory() as folder:
            imported = import_all(tenant, Path(folder))
        keep(site)
        days = [plan_day(tenant, site, MONDAY + timedelta(days=each)) for each in range(DAYS)]
    finally:
        remove()
    totals = {
        name: round(sum(day[name] for day in days), 2)
        for name in ("cost", "cost_without_battery", "cost_doing_nothing")
    }
    worst = max(day["imbalance"] for day in days)
    print(json.dumps({"imported": imported, "days": days, **totals, "imbalance": worst}, indent=1))  # noqa: T201
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())

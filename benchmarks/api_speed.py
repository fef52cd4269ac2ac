"""The demo, served, as a partner meets it: requests, series, memory, commands.

    python benchmarks/api_speed.py [--repeat 30]

Starts everything in a run folder of its own, from nothing, and ends it. Prints one JSON document
with medians of wall time over loopback, and the mean processor time of all processes together;
exits with 1 if a bar is missed.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
MANAGE: Final = [sys.executable, str(ROOT / "manage.py")]
HOST: Final = "meridian.localhost"
YEAR_VALUES: Final = 35_040
QUARTER: Final = timedelta(minutes=15)
#: Bars: seconds, and megabytes of proportional memory.
BARS: Final = {
    "request_to_ready_s": 0.3,
    "write_year_s": 2.0,
    "read_year_s": 0.3,
    "small_query_s": 0.010,
    "hundred_assets_s": 0.060,
    "idle_pss_mb": 700.0,
    "slowest_help_s": 1.5,
    "demo_from_nothing_s": 180.0,
    "demo_warm_s": 60.0,
}
COMMANDS: Final = (
    "demo",
    "solve",
    "import_series",
    "create_tenant",
    "migrate_schemas",
    "print_schema",
    "stop",
)


class Partner:
    """A programme with a key, on a kept connection; by a client that takes little time itself."""

    def __init__(self, port: int, key: str) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {
            "Host": HOST,
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
        }

    def paced(self, query: str) -> float:
        """Return how long a dear ``query`` takes, once the budget holds what it costs."""
        time.sleep(3.5)
        self._http.close()  # the server has, or soon will
        self.ask("{ viewer { name } }")
        return timed(lambda: self.ask(query))

    def ask(self, query: str, **variables: Any) -> Any:
        """Return ``data``."""
        document = {"query": query, "variables": variables}
        self._http.request("POST", "/graphql/", json.dumps(document), self._headers)
        body = json.loads(self._http.getresponse().read())
        if body.get("errors"):
            raise SystemExit(f"refused: {body['errors']}")
        return body["data"]


def timed(action: Callable[[], Any]) -> float:
    """Return how long ``action`` takes [s]."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


@contextmanager
def served(folder: Path, environment: dict[str, str]) -> Iterator["Partner"]:
    """Serve the demo; yield a partner with the key that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [*MANAGE, "demo", "--port", str(port)]
    told = folder / "demo.out"
    with (
        told.open("w") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out) as demo,  # noqa: S603
    ):
        try:
            yield Partner(port, _key(told))
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(120)
            _manage("stop", environment=environment)


def _manage(*arguments: str, environment: dict[str, str]) -> str:
    command = [*MANAGE, *arguments]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def _key(told: Path) -> str:
    """Return the first key that the demo prints, which it does when it answers."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        found = re.search(r"lst_[\w-]+", told.read_text())
        if found and "Ctrl-C" in told.read_text():
            return found.group()
        time.sleep(0.1)
    raise SystemExit(f"the demo does not answer: {told.read_text()[-500:]}")


def plan_time(partner: Partner, site: str) -> float:
    """Return how long it takes from asking for a schedule to seeing it ready [s]."""

    def plan() -> None:
        asked = partner.ask(
            "mutation ($i: RequestScheduleInput!) "
            "{ requestSchedule(input: $i) { object { id } errors { detail } } }",
            i={"asset": site, "start": "2026-04-09T22:00:00Z", "end": "2026-04-10T22:00:00Z"},
        )["requestSchedule"]
        if asked["errors"]:
            raise SystemExit(str(asked["errors"]))
        run = asked["object"]["id"]
        state = ""
        while state != "READY":
            time.sleep(0.002)
            query = "query ($id: ID!) { scheduleRun(id: $id) { state failure } }"
            told = partner.ask(query, id=run)["scheduleRun"]
            state = told["state"]
            if state in ("FAILED", "INFEASIBLE"):
                raise SystemExit(told["failure"])

    return timed(plan)


def year_times(partner: Partner, sensor: str, year: int) -> tuple[float, float]:
    """Return how long writing and reading a year of quarter-hours takes [s]."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    end = start + YEAR_VALUES * QUARTER
    series = {
        "sensor": sensor,
        "start": start.isoformat(),
        "unit": "kW",
        "values": [round(0.1 * (i % 977), 1) for i in range(YEAR_VALUES)],
    }
    record = (
        "mutation ($i: RecordReadingsInput!) "
        "{ recordReadings(input: $i) { object { changed } errors { detail } } }"
    )
    wrote = timed(lambda: partner.ask(record, i={"series": [series]}))
    query = (
        "query ($id: ID!, $s: DateTime!, $e: DateTime!) "
        "{ sensor(id: $id) { series(start: $s, end: $e) { start stepSeconds values } } }"
    )
    answers: list[Any] = []
    read = timed(
        lambda: answers.append(
            partner.ask(query, id=sensor, s=start.isoformat(), e=end.isoformat())
        )
    )
    if answers[0]["sensor"]["series"]["values"] != series["values"]:
        raise SystemExit("what was read is not what was written")
    return wrote, read


def of_all_processes(folder: Path, name: str) -> Iterator[str]:
    """Yield the content of file ``name`` of ``/proc`` of each process of the run folder."""
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() in environment + command:
                yield (process / name).read_text()
        except OSError:
            continue


def idle_megabytes(folder: Path) -> dict[str, float]:
    """Return memory of all processes of the run folder: proportional, and resident in sum."""
    pss = rss = 0.0
    for rollup in of_all_processes(folder, "smaps_rollup"):
        sizes = {line.split()[0]: float(line.split()[1]) for line in rollup.splitlines()[1:]}
        pss += sizes["Pss:"] / 1000
        rss += sizes["Rss:"] / 1000
    return {"pss_mb": round(pss, 1), "rss_mb": round(rss, 1)}


def cpu_seconds(folder: Path) -> float:
    """Return the processor time that the processes of the run folder have used."""
    ticks = 0
    for stat in of_all_processes(folder, "stat"):
        user, system = stat.rsplit(")", 1)[1].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, repeat: int) -> dict[str, Any]:
    """Start from nothing, measure, end."""
    # Compiled modules are kept, as ./run lets them be.
    keeping = {"PYTHONDONTWRITEBYTECODE": ""}
    environment = {**os.environ, **keeping, "LOADSTAR_RUN_DIR": str(folder)}
    from_nothing = timed(lambda: _manage("demo", "--once", environment=environment))
    warm = timed(lambda: _manage("demo", "--once", environment=environment))
    helps = {
        name: timed(partial(_manage, name, "--help", environment=environment)) for name in COMMANDS
    }
    with served(folder, environment) as partner:
        time.sleep(5)  # until it is at rest
        memory = idle_megabytes(folder)
        site, sensor = _site_and_sensor(partner)
        plan_time(partner, site)
        before = cpu_seconds(folder)
        plans = [plan_time(partner, site) for _ in range(repeat)]
        planned = cpu_seconds(folder)
        years = [year_times(partner, sensor, year) for year in range(2000, 2005)]
        stored = cpu_seconds(folder)
        _manage("shell", "-v", "0", "-c", _HUNDRED_ASSETS, environment=environment)
        if len(partner.ask(_OF_HUNDRED)["assets"]["edges"]) != 100:
            raise SystemExit("the hundred assets are not there")
        hundred = [partner.paced(_OF_HUNDRED) for _ in range(repeat)]
        small = [timed(lambda: partner.ask("{ viewer { name } }")) for _ in range(5 * repeat)]
        listed = [partner.paced(_LIST) for _ in range(repeat)]
    return {
        "demo_from_nothing_s": round(from_nothing, 2),
        "demo_warm_s": round(warm, 2),
        "request_to_ready_s": _median(plans),
        "request_to_ready_worst_s": round(max(plans), 4),
        "request_to_ready_cpu_s": round((planned - before) / repeat, 4),
        "write_year_s": _median([wrote for wrote, _ in years]),
        "read_year_s": _median([read for _, read in years]),
        "write_and_read_year_cpu_s": round((stored - planned) / len(years), 4),
        "small_query_s": _median(small),
        "tree_query_s": _median(listed),
        "hundred_assets_s": _median(hundred),
        "idle_pss_mb": memory["pss_mb"],
        "idle_rss_mb": memory["rss_mb"],
        "help_s": {name: round(seconds, 2) for name, seconds in helps.items()},
        "slowest_help_s": round(max(helps.values()), 2),
    }


#: 100 assets with 5 sensors each, as customers may have them.
_HUNDRED_ASSETS: Final = f"""
from datetime import timedelta
from django_tenants.utils import schema_context
from assets.models import Asset, AssetType, Quantity, Sensor
from assets.services import add_asset
from tenants.models import Domain
from tenants.permissions import PLATFORM
tenant = Domain.objects.select_related("tenant").get(domain="{HOST}").tenant
with schema_context(tenant.schema_name):
    site = Asset.objects.filter(asset_type=AssetType.SITE).first()
    for i in range(100):
        point = add_asset(
            actor=PLATFORM, parent=site, name=f"Bay {{i}}", asset_type=AssetType.CHARGE_POINT)
        Sensor.objects.bulk_create(
            Sensor(asset=point, name=f"s{{j}}", quantity=Quantity.POWER,
                   resolution=timedelta(minutes=15)) for j in range(5))
"""
_OF_HUNDRED: Final = """{ assets(
    first: 100, filters: {name: {iStartsWith: "Bay "}}, ordering: [{name: ASC}]) { edges { node {
    id name assetType sensors(first: 5) { edges { node { id name quantity } } } } } } }"""
_LIST: Final = """{ assets(first: 100) { edges { node {
    name assetType sensors(first: 10) { edges { node { name quantity } } } } } } }"""


def _site_and_sensor(partner: Partner) -> tuple[str, str]:
    query = """{
        assets(first: 1, filters: {assetType: {exact: SITE}}) { edges { node { id } } }
        sensors(first: 1, filters: {quantity: {exact: POWER}}) { edges { node { id } } }
    }"""
    found = partner.ask(query)
    site, sensor = (found[name]["edges"][0]["node"]["id"] for name in ("assets", "sensors"))
    return site, sensor


def _median(seconds: list[float]) -> float:
    return round(statistics.median(seconds), 4)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=30)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory(prefix="loadstar-benchmark-") as folder:
        result = measure(Path(folder), repeat)
    missed = [name for name, bar in BARS.items() if result[name] > bar]
    print(json.dumps({**result, "bars": BARS, "missed": missed}, indent=1))  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

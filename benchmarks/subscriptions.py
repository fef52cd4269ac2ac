"""Many subscriptions, served by two processes: memory, time of delivery after a commit, CPU.

    python benchmarks/subscriptions.py [--subscriptions 200] [--events 20]

Half are websockets, half server-sent events, half at each process; all follow the runs of one
portfolio, so that each event goes to all of them, and one of them also follows a run that nobody
else does. Runs are asked for in this process: what is told went over Redis. Uses the configured
services and a tenant of its own. Prints one JSON document; exits with 1 if the bar is missed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config import env  # noqa: E402

env.start_services()

import django  # noqa: E402

django.setup()

import httpx  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402
from strawberry.relay import to_base64  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402
from websockets.typing import Subprotocol  # noqa: E402

from assets.models import Asset  # noqa: E402
from assets.timegrid import TimeGrid  # noqa: E402
from scheduling.models import ScheduleRun  # noqa: E402
from scheduling.services import request_again, request_schedule  # noqa: E402
from tenants.accounts.tokens import issue_token  # noqa: E402
from tenants.models import Job, Tenant  # noqa: E402
from tenants.permissions import PLATFORM, Role  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402
from tests.factories import a_customer, a_site_with_battery  # noqa: E402

SCHEMA: Final = "many_subscriptions"
HOST: Final = "many.localhost"
FOLLOW: Final = """subscription ($asset: ID!) {
    scheduleRunsChanged(asset: $asset) { id state updatedAt asset { name } } }"""
#: Median time from the commit to the last byte at a client [s].
BAR_SECONDS: Final = 0.2
HOUR: Final = timedelta(hours=1)


class Served:
    """One process of the web server."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        command = ["-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]
        quiet = ["--lifespan", "off", "--log-level", "error"]
        self._process = subprocess.Popen([sys.executable, *command, *quiet], cwd=ROOT)  # noqa: S603

    def await_start(self) -> None:
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{self.port}/", headers={"Host": HOST})
                return
            time.sleep(0.1)
        raise SystemExit("the server does not answer")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def megabytes(self) -> float:
        """Return what the process alone takes of memory, shared parts in proportion."""
        rollup = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text()
        return float(rollup.split("Pss:")[1].split()[0]) / 1000

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Followers:
    """Clients, and when each of them heard of which run."""

    def __init__(self) -> None:
        self.heard: dict[str, list[float]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, stream: AsyncIterator[str]) -> None:
        self._tasks.append(asyncio.create_task(self._follow(stream)))

    async def _follow(self, stream: AsyncIterator[str]) -> None:
        async for run_id in stream:
            self.heard.setdefault(run_id, []).append(time.monotonic())

    async def all_heard(self, run_id: str, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.heard.get(run_id, ())) < count:
            for task in self._tasks:
                if task.done():
                    task.result()
                    raise SystemExit("a stream ended")
            if time.monotonic() > until:
                raise SystemExit(f"{len(self.heard.get(run_id, ()))} of {count} heard of it")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def over_websocket(port: int, key: str, asset: str) -> AsyncIterator[str]:
    """Yield the identifiers of runs as a websocket tells them."""
    async with connect(
        f"ws://{HOST}:{port}/graphql/",
        host="127.0.0.1",
        subprotocols=[Subprotocol("graphql-transport-ws")],
    ) as websocket:

        async def say(**message: Any) -> None:
            await websocket.send(json.dumps(message))

        await say(type="connection_init", payload={"Authorization": f"Bearer {key}"})
        await websocket.recv()
        await say(
            type="subscribe", id="1", payload={"query": FOLLOW, "variables": {"asset": asset}}
        )
        async for text in websocket:
            message = json.loads(text)
            if message["type"] == "next":
                yield message["payload"]["data"]["scheduleRunsChanged"]["id"]


async def over_events(
    http: httpx.AsyncClient, port: int, key: str, asset: str
) -> AsyncIterator[str]:
    """Yield the identifiers of runs as server-sent events tell them."""
    headers = {"Host": HOST, "Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    document = {"query": FOLLOW, "variables": {"asset": asset}}
    address = f"http://127.0.0.1:{port}/graphql/"
    async with http.stream("POST", address, json=document, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                yield json.loads(line[6:])["data"]["scheduleRunsChanged"]["id"]


@contextlib.contextmanager
def a_tenant() -> Iterator[Tenant]:
    """Yield a tenant of ours alone; it is deleted at the end."""
    call_command("migrate_schemas", verbosity=0)
    now = datetime.now(UTC)
    tenant = create_tenant(
        schema_name=SCHEMA, name="Many", domain=HOST, now=now, operator="benchmark"
    )
    try:
        yield tenant
    finally:
        Job.objects.filter(tenant=tenant).delete()
        delete_tenant(operator="benchmark", tenant=tenant)


def prepare(tenant: Tenant, name: str, keys: int) -> tuple[str, ScheduleRun, list[str]]:
    """Return a new customer's portfolio (its identifier), a run beneath it, and keys."""
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0)
    with tenant_context(tenant), transaction.atomic():
        customer = a_customer(name)
        site = a_site_with_battery(customer, start, [0.1, 0.5], known_at=start - HOUR)
        grid = TimeGrid(start, HOUR, 2)
        run = request_schedule(actor=PLATFORM, asset=site, grid=grid, now=now)
        portfolio = Asset.objects.get(path=customer.root_path)
        issued = [
            issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now).key
            for _ in range(keys)
        ]
    return to_base64("Asset", portfolio.pk), run, issued


def change(tenant: Tenant, run: ScheduleRun) -> tuple[str, float]:
    """Ask for the run again; return the new one, and when it was committed."""
    committed: list[float] = []
    with tenant_context(tenant), transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.monotonic()))
        again = request_again(actor=PLATFORM, run=run, now=datetime.now(UTC))
    return to_base64("ScheduleRun", again.pk), committed[0]


async def measure(
    servers: list[Served], tenant: Tenant, subscriptions: int, events: int
) -> dict[str, Any]:
    """Open all subscriptions, then change runs one at a time."""
    keys = 1 + subscriptions // 40
    asset, run, issued = await asyncio.to_thread(prepare, tenant, "All", keys)
    before = [each.megabytes() for each in servers]
    followers = Followers()
    unlimited = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=None, limits=unlimited) as http:  # noqa: S113  # streams
        began = time.monotonic()
        for index in range(subscriptions):
            port, key = servers[index % 2].port, issued[index % keys]
            by_socket = index % 4 < 2
            followers.start(
                over_websocket(port, key, asset)
                if by_socket
                else over_events(http, port, key, asset)
            )
        await followers.all_heard(to_base64("ScheduleRun", run.pk), subscriptions)
        opened = time.monotonic() - began
        await asyncio.sleep(1)
        with_all = [each.megabytes() for each in servers]
        idle = await cpu_of(servers, lambda: asyncio.sleep(30))
        to_all: list[float] = []

        async def change_all() -> None:
            for _ in range(events):
                run_id, committed = await asyncio.to_thread(change, tenant, run)
                await followers.all_heard(run_id, subscriptions)
                to_all.extend(each - committed for each in followers.heard[run_id])

        busy = await cpu_of(servers, change_all)
        to_one = await to_one_alone(servers[0], tenant, events)
        await followers.stop()
    return {
        "subscriptions": subscriptions,
        "open_all_s": round(opened, 2),
        "megabytes_before": [round(each, 1) for each in before],
        "megabytes_with": [round(each, 1) for each in with_all],
        "kilobytes_per_subscription": round(1000 * (sum(with_all) - sum(before)) / subscriptions),
        "idle_cpu_percent_of_a_core": round(100 * idle / 30, 1),
        "cpu_ms_per_delivery": round(1000 * busy / (events * subscriptions), 2),
        "delivery_to_all_s": spread(to_all),
        "delivery_to_one_s": spread(to_one),
    }


async def to_one_alone(server: Served, tenant: Tenant, events: int) -> list[float]:
    """Return how long it takes to tell the one follower of another customer, per event [s]."""
    asset, run, [key] = await asyncio.to_thread(prepare, tenant, "One", 1)
    alone = Followers()
    alone.start(over_websocket(server.port, key, asset))
    await alone.all_heard(to_base64("ScheduleRun", run.pk), 1)
    took = []
    for _ in range(events):
        run_id, committed = await asyncio.to_thread(change, tenant, run)
        await alone.all_heard(run_id, 1)
        took.append(alone.heard[run_id][0] - committed)
    await alone.stop()
    return took


async def cpu_of(servers: list[Served], work: Callable[[], Any]) -> float:
    """Return the CPU time of all servers during ``work`` [s]."""
    before = sum(each.cpu_seconds() for each in servers)
    await work()
    return sum(each.cpu_seconds() for each in servers) - before


def spread(seconds: list[float]) -> dict[str, float]:
    """Return how ``seconds`` lie."""
    ordered = sorted(seconds)
    return {
        "median": round(statistics.median(ordered), 4),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 4),
        "most": round(ordered[-1], 4),
        "count": len(ordered),
    }


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscriptions", type=int, default=200)
    parser.add_argument("--events", type=int, default=20)
    asked = parser.parse_args()
    with a_tenant() as tenant:
        servers = [Served(), Served()]
        try:
            for each in servers:
                each.await_start()
            result = asyncio.run(measure(servers, tenant, asked.subscriptions, asked.events))
        finally:
            for each in servers:
                each.stop()
    result["load_average"] = os.getloadavg()[0]
    result["bar_s"] = BAR_SECONDS
    print(json.dumps(result, indent=1))  # noqa: T201
    return 1 if result["delivery_to_all_s"]["median"] > BAR_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())

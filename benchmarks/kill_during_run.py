"""Kill the worker with SIGKILL in the middle of a schedule run: another finishes it, once.

    python benchmarks/kill_during_run.py

The first worker is held by a lock just after it said that it solves, then killed with all its
processes. A second is started; this process stands in for beat and sweeps. Prints one line of
JSON; exits with 1 unless the run is ready, by the second attempt, with its plan stored once.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config import env

env.start_services()

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402
from mortal_workers import kill, run_worker, start_worker, wait_until  # noqa: E402

from assets.models import Belief, SourceKind  # noqa: E402
from assets.timegrid import TimeGrid  # noqa: E402
from config.demo.schemas import migrate_all  # noqa: E402
from scheduling.models import RunState, ScheduleRun  # noqa: E402
from scheduling.services import request_schedule  # noqa: E402
from tenants.database import connection  # noqa: E402
from tenants.models import Job, Tenant  # noqa: E402
from tenants.permissions import PLATFORM  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402
from tests.factories import HOUR, a_customer, a_site_with_battery  # noqa: E402

SCHEMA: Final = "kill_during_run"
N_STEPS: Final = 4


def measure(tenant: Tenant) -> dict[str, Any]:
    """Ask for a plan, kill its worker, let another finish it."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)

    def state() -> str:
        with tenant_context(tenant):
            return ScheduleRun.objects.get().state

    with tenant_context(tenant):
        site = a_site_with_battery(a_customer(), now, [0.1, 0.5] * 2, known_at=now - HOUR)
        request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, N_STEPS), now=now)
    with env.connect() as other:
        first = start_worker(__file__)
        with other.transaction():
            # Reading the prices needs it: the worker stops there, after it said that it solves.
            other.execute(f'LOCK TABLE "{SCHEMA}".assets_source IN ACCESS EXCLUSIVE MODE')
            try:
                wait_until(lambda: state() == RunState.SOLVING)
            finally:
                kill(first)
    killed = time.monotonic()
    second = start_worker(__file__)
    try:
        wait_until(lambda: state() not in (RunState.QUEUED, RunState.SOLVING))
    finally:
        kill(second)
    with tenant_context(tenant):
        run = ScheduleRun.objects.get()
        planned = Belief.objects.filter(source__kind=SourceKind.SCHEDULER)
        powers = planned.filter(sensor__quantity="POWER").count()
        attempt = Job.objects.get(tenant=tenant).attempt
    return {
        "benchmark": "kill_during_run",
        "state": run.state,
        "attempt": attempt,
        "planned_powers": powers,
        "seconds_after_kill": round(time.monotonic() - killed, 1),
        "ok": run.state == RunState.READY and attempt > 1 and powers == N_STEPS,
    }


def remove() -> None:
    """Delete the benchmark's tenant, also one that a run left which was itself killed."""
    connection.set_schema_to_public()
    for tenant in Tenant.objects.filter(schema_name=SCHEMA):
        delete_tenant(operator="benchmark", tenant=tenant)


def main() -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().worker:
        run_worker("solver")
        return 0
    migrate_all(now=timezone.now())
    remove()
    try:
        tenant = create_tenant(
            operator="benchmark",
            schema_name=SCHEMA,
            name="Kill",
            domain="kill-during-run.localhost",
            now=timezone.now(),
        )
        result = measure(tenant)
    finally:
        remove()
    print(json.dumps(result), flush=True)  # noqa: T201
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

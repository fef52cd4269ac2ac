"""Kill a real worker, again and again: no job is lost, and none has its effect twice.

    python benchmarks/kill_worker.py [--jobs 300] [--kills 3] [--seed 1]

Jobs of two tenants each write one row while they finish. A Celery worker with two processes
runs them on the configured services; its whole group is killed with SIGKILL at moments drawn
from the seed, and another is started. This process stands in for beat and sweeps each second.
Prints one line of JSON; exits with 1 on any miss.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Sequence
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
from mortal_workers import came, kill, run_worker, start_worker  # noqa: E402

from tenants import jobs  # noqa: E402
from tenants.database import connection  # noqa: E402
from tenants.models import Job, JobState, Tenant  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402

QUEUE: Final = "benchmark"
KIND: Final = "benchmarks.effect"
SCHEMAS: Final = ("kill_worker_one", "kill_worker_two")
#: At most, and plenty for a busy machine, where a worker takes long to start.
SECONDS_PER_KILL: Final = 90.0
SECONDS_PER_JOB: Final = 0.5


@jobs.job(KIND, queue=QUEUE)
def write_effect(claim: jobs.Claim, *, key: int, **_: Any) -> None:
    """Work for some milliseconds, then write one row."""
    time.sleep(0.005 + 0.03 * random.Random(key).random())  # noqa: S311  # no secret
    with claim.finishing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect (key, attempt) VALUES (%s, %s)", [key, claim.attempt])


def prepare(number: int) -> list[Tenant]:
    """Make two tenants with ``number`` jobs in turns, and a table for their effects."""
    remove()
    now = timezone.now()
    made = []
    for schema_name in SCHEMAS:
        domain = f"{schema_name.replace('_', '-')}.localhost"
        made.append(
            create_tenant(
                operator="benchmark", schema_name=schema_name, name="Kill", domain=domain, now=now
            )
        )
        with tenant_context(made[-1]), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE effect (key int NOT NULL, attempt int NOT NULL)")
    for key in range(number):
        with tenant_context(made[key % len(made)]):
            jobs.enqueue(KIND, payload={"key": key}, dedupe_key=str(key), now=now)
    return made


def remove() -> None:
    """Delete the benchmark's tenants, also those that a run left which was itself killed."""
    for tenant in Tenant.objects.filter(schema_name__in=SCHEMAS):
        delete_tenant(operator="benchmark", tenant=tenant)


def count(*states: JobState) -> int:
    """Return how many of the benchmark's jobs are in ``states``."""
    return Job.objects.filter(kind=KIND, state__in=states).count()


def wait_for_done(least: int, until: float) -> None:
    """Return once ``least`` jobs are done, or the time is up."""
    came(lambda: count(JobState.DONE) >= least, until)


def effects(tenants: Sequence[Tenant]) -> list[int]:
    """Return the keys of all effects."""
    keys: list[int] = []
    for tenant in tenants:
        with tenant_context(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT key FROM effect")
            keys += [row[0] for row in cursor.fetchall()]
    return keys


def measure(number: int, kills: int, seed: int) -> dict[str, Any]:
    """Run the benchmark and return what came of it."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    tenants = prepare(number)
    began = time.monotonic()
    until = began + 30.0 + kills * SECONDS_PER_KILL + number * SECONDS_PER_JOB
    # Kills are spread over the work, so that each meets a worker in the middle of it.
    moments = sorted(chance.sample(range(number // 20, number - number // 20), kills))
    worker = start_worker(__file__)
    try:
        for moment in moments:
            wait_for_done(moment, until)
            time.sleep(chance.uniform(0, 0.04))
            kill(worker)
            worker = start_worker(__file__)
        killed_last = time.monotonic()
        wait_for_done(number, until)
    finally:
        kill(worker)
    keys = effects(tenants)
    return {
        "benchmark": "kill_worker",
        "seed": seed,
        "jobs": number,
        "kills": kills,
        "lost": number - len(set(keys)),
        "doubled": len(keys) - len(set(keys)),
        "not_done": number - count(JobState.DONE),
        "taken_over": Job.objects.filter(kind=KIND, attempt__gt=1).count(),
        "seconds_after_last_kill": round(time.monotonic() - killed_last, 1),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    """Run and judge: 0 if nothing was lost, doubled or left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        run_worker(QUEUE, processes=2)
        return 0
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    try:
        result = measure(chosen.jobs, chosen.kills, seed)
    finally:
        connection.set_schema_to_public()
        remove()
    result["ok"] = not (result["lost"] or result["doubled"] or result["not_done"])
    # A run in which no kill met a job would prove nothing.
    result["ok"] = result["ok"] and result["taken_over"] > 0
    print(json.dumps(result), flush=True)  # noqa: T201
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

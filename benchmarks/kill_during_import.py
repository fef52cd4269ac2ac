"""Kill the worker with SIGKILL in the middle of an import: nothing is half stored.

    python benchmarks/kill_during_import.py

Twice: while it reads the file, and at its last statement, when all is written and nothing is
committed (held there by a lock on the file's content). A second worker is started each time; this
process stands in for beat and sweeps. Prints one line of JSON for each; exits with 1 unless
nothing was stored after the kill and all of it, once, at the end.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config import env

env.start_services()

import django  # noqa: E402

django.setup()

from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tenants.utils import tenant_context  # noqa: E402
from mortal_workers import kill, run_worker, start_worker, wait_until  # noqa: E402

from assets.models import Asset, AssetType, Belief, Quantity, SupersededBelief  # noqa: E402
from config.demo.schemas import migrate_all  # noqa: E402
from integrations.ingest.mapping import FileMapping  # noqa: E402
from integrations.models import FileContent, FileImport, ImportState  # noqa: E402
from integrations.services import ask_import, bring_file  # noqa: E402
from tenants.database import connection  # noqa: E402
from tenants.models import Job, Tenant  # noqa: E402
from tenants.permissions import PLATFORM  # noqa: E402
from tenants.services import create_tenant, delete_tenant  # noqa: E402
from tests.factories import a_customer, a_device, a_sensor, a_site  # noqa: E402

SCHEMA: Final = "kill_during_import"
#: Rows of two columns, a minute apart.
N_ROWS: Final = 200_000
BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


def content() -> bytes:
    """Return a file of two columns of whole watts."""
    rows = (f"{BEGIN + i * MINUTE:%Y-%m-%dT%H:%MZ},{i % 4000},{i % 700}" for i in range(N_ROWS))
    return "\n".join(["time,a,b", *rows]).encode()


def ask(site: Asset, name: str) -> str:
    """Bring the file and ask for its import; return its key."""
    device = a_device(site, name, AssetType.LOAD)
    sensors = [a_sensor(device, Quantity.POWER, name=each, resolution=MINUTE) for each in "ab"]
    file = bring_file(
        actor=PLATFORM, asset=device, name=f"{name}.csv", content=content(), now=timezone.now()
    )
    columns = [{"column": each.name, "sensor": each.pk, "unit": "W"} for each in sensors]
    mapping = FileMapping.model_validate({"columns": columns, "time_column": "time"})
    ask_import(actor=PLATFORM, file=file, mapping=mapping, now=timezone.now())
    return str(file.pk)


def n_stored() -> int:
    """Return how many beliefs there are, present and superseded."""
    return Belief.objects.count() + SupersededBelief.objects.count()


def is_reading(file: Callable[[], FileImport], _: Any) -> Callable[[], bool]:
    """Return whether some rows were read."""
    return lambda: file().n_rows > 0


def is_held(file: Callable[[], FileImport], other: Any) -> Callable[[], bool]:
    """Return whether all is written, and the worker waits for the lock that this process holds."""
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    return lambda: file().state == ImportState.STORING and other.execute(waits).fetchone()[0]


REACHED: Final = {"reading": is_reading, "storing": is_held}


def measure(tenant: Tenant, site: Asset, moment: str) -> dict[str, Any]:
    """Import a file, kill its worker at ``moment``, let another finish it."""
    with tenant_context(tenant):
        before = n_stored()
        key = ask(site, moment)

    def file() -> FileImport:
        with tenant_context(tenant):
            return FileImport.objects.get(pk=key)

    with env.connect() as other:
        first = start_worker(__file__)
        with other.transaction():
            if moment == "storing":
                # The last that an import does is to delete the content.
                lock = f'SELECT FROM "{SCHEMA}".integrations_filecontent FOR SHARE'
                other.execute(lock)
            try:
                wait_until(REACHED[moment](file, other))
                state_when_killed = file().state
            finally:
                kill(first)
    killed = time.monotonic()
    with tenant_context(tenant):
        half = n_stored() - before
        is_kept = FileContent.objects.filter(of__pk=key).exists()
    second = start_worker(__file__)
    try:
        wait_until(lambda: not file().is_unfinished)
    finally:
        kill(second)
    with tenant_context(tenant):
        told = Belief.objects.filter(sensor__asset__name=moment).aggregate(total=Sum("value"))
        expected = sum(i % 4000 + i % 700 for i in range(N_ROWS)) / 1000
        result = {
            "benchmark": "kill_during_import",
            "killed_while": state_when_killed,
            "half_stored": half,
            "file_kept": is_kept,
            "state": file().state,
            "attempt": Job.objects.get(tenant=tenant, payload__file_id=key).attempt,
            "stored": n_stored() - before,
            "sum_differs_by": abs(told["total"] - expected),
            "seconds_after_kill": round(time.monotonic() - killed, 1),
        }
    result["ok"] = (
        (half, is_kept, result["state"]) == (0, True, ImportState.DONE)
        and result["attempt"] == 2
        and result["stored"] == 2 * N_ROWS
        and result["sum_differs_by"] < 1e-3
    )
    return result


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
        run_worker("integration")
        return 0
    migrate_all(now=timezone.now())
    remove()
    try:
        tenant = create_tenant(
            operator="benchmark",
            schema_name=SCHEMA,
            name="Kill",
            domain="kill-during-import.localhost",
            now=timezone.now(),
        )
        with tenant_context(tenant):
            site = a_site(a_customer())
        results = [measure(tenant, site, moment) for moment in ("reading", "storing")]
    finally:
        remove()
    for result in results:
        print(json.dumps(result), flush=True)  # noqa: T201
    return 0 if all(result["ok"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long a new tenant takes: by replay of the template's dump, and by migrations.

    python benchmarks/tenant_creation.py [--tenants 20]

Prints one line of JSON, medians of wall time in milliseconds; exits with 1 above a second.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Final
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config import env

env.start_services()

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402

from tenants.models import Tenant  # noqa: E402
from tenants.services import create_tenant, creation, delete_tenant, ensure_template  # noqa: E402

_PREFIX: Final = "benchmark_tenant_"
_LIMIT_MS: Final = 1000.0


def create(number: int) -> float:
    """Make one tenant; return how long it took [ms]."""
    name = f"{_PREFIX}{number}"
    began = time.perf_counter()
    create_tenant(
        operator="benchmark",
        schema_name=name,
        name=name,
        domain=f"{name.replace('_', '-')}.localhost",
        now=timezone.now(),
    )
    return (time.perf_counter() - began) * 1000


def remove() -> None:
    """Delete what this or a broken-off run made."""
    for tenant in Tenant.objects.filter(schema_name__startswith=_PREFIX):
        delete_tenant(operator="benchmark", tenant=tenant)


def measure(number: int) -> dict[str, Any]:
    """Make ``number`` tenants by replay and three by migrations."""
    ensure_template(now=timezone.now())
    remove()
    try:
        first = create(0)  # dumps the template, the others find it in memory
        cpu = time.process_time()
        replayed = [create(1 + index) for index in range(number)]
        cpu = (time.process_time() - cpu) * 1000 / number
        with mock.patch.object(creation, "template_sql", return_value=None):
            migrated = [create(1 + number + index) for index in range(3)]
    finally:
        remove()
    return {
        "benchmark": "tenant_creation",
        "tenants": number,
        "first_ms": round(first, 1),
        "replay_ms": round(statistics.median(replayed), 1),
        "replay_worst_ms": round(max(replayed), 1),
        "replay_cpu_ms": round(cpu, 1),
        "migrations_ms": round(statistics.median(migrated), 1),
        "ok": max(first, *replayed) < _LIMIT_MS,
    }


def main() -> int:
    """Measure and judge: 0 if each tenant took less than a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=20)
    result = measure(parser.parse_args().tenants)
    print(json.dumps(result))  # noqa: T201
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

"""A storm of idempotency keys against a served instance: one effect a key, whatever happens.

    python benchmarks/idempotency.py [--keys 1000] [--run-dir FOLDER]

Each key is sent by five concurrent requests; the server is restarted and each is sent again;
then each is sent with another body. Without a run folder the demo is made from nothing.
Prints one JSON document; exits with 1 if an effect is missing or doubled, or a changed body passes.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).resolve().parents[1]
HOST: Final = "meridian.localhost"
CALLS: Final = 5
#: Keys under way at the same time.
AT_ONCE: Final = 4
REQUEST: Final = """mutation ($i: RequestScheduleInput!) {
    requestSchedule(input: $i) { object { id } replayed errors { code } }
}"""
NEW_KEY: Final = """
from django.utils import timezone
from django_tenants.utils import schema_context
from tenants.accounts.tokens import issue_token
from tenants.models import Domain
from tenants.permissions import PLATFORM, Role
domain = Domain.objects.select_related("tenant").get(domain="{host}")
with schema_context(domain.tenant.schema_name):
    print(issue_token(actor=PLATFORM, name="storm", role=Role.PLANNER, customer=None,
                      now=timezone.now(), points_per_minute=100_000_000).key)
"""


class Storm:
    """A partner who sends everything several times."""

    def __init__(self, port: int, key: str) -> None:
        self._address = f"http://127.0.0.1:{port}/graphql/"
        self._headers = {"Host": HOST, "Authorization": f"Bearer {key}"}

    def ask(self, query: str, **variables: Any) -> Any:
        """Return ``data`` of one request."""
        document = {"query": query, "variables": variables}
        answer = httpx.post(self._address, json=document, headers=self._headers, timeout=60)
        return answer.json()["data"]

    def send(self, inputs: list[dict[str, Any]], calls: int) -> list[list[Any]]:
        """Send each input ``calls`` times at once; return the answers of each."""

        async def all_of_them() -> list[list[Any]]:
            gate = asyncio.Semaphore(AT_ONCE)
            async with httpx.AsyncClient(headers=self._headers, timeout=120) as client:

                async def one(given: dict[str, Any]) -> Any:
                    document = {"query": REQUEST, "variables": {"i": given}}
                    body = (await client.post(self._address, json=document)).json()
                    return body["data"]["requestSchedule"] if "data" in body else body

                async def several(given: dict[str, Any]) -> list[Any]:
                    async with gate:
                        return await asyncio.gather(*(one(given) for _ in range(calls)))

                return await asyncio.gather(*(several(each) for each in inputs))

        return asyncio.run(all_of_them())


def manage(folder: Path, *arguments: str) -> str:
    """Run a command of the project; return what it prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**os.environ, "LOADSTAR_RUN_DIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@contextmanager
def server(folder: Path, port: int) -> Iterator[None]:
    """Serve the interface without workers: what is asked for stays queued and is counted."""
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "uvicorn", "config.asgi:application", *options],
        cwd=ROOT,
        env={**os.environ, "LOADSTAR_RUN_DIR": str(folder)},
    ) as process:
        try:
            _wait_for(port)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def storm(folder: Path, n_keys: int) -> dict[str, Any]:
    """Send everything, restart, send it again, send it changed; count."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    told = manage(folder, "shell", "-v", "0", "-c", NEW_KEY.format(host=HOST))
    partner = Storm(port, re.findall(r"lst_[\w-]+", told)[-1])
    with server(folder, port):
        site = _site(partner)
        inputs = [_input(site, f"storm-{time.time_ns()}-{i}") for i in range(n_keys)]
        before = _n_runs(partner)
        began = time.monotonic()
        first = partner.send(inputs, CALLS)
        seconds = time.monotonic() - began
        effects = _n_runs(partner) - before
    with server(folder, port):
        again = partner.send(inputs, 1)
        changed = partner.send([{**each, "stepMinutes": 30} for each in inputs], 1)
        after = _n_runs(partner) - before
    ids = [{_id(each) for each in answers} for answers in first]
    return {
        "keys": n_keys,
        "calls": n_keys * CALLS,
        "seconds": round(seconds, 1),
        "effects": effects,
        "new": _count(first, replayed=False),
        "replays": _count(first, replayed=True),
        "keys_with_one_answer": sum(len(each) == 1 and None not in each for each in ids),
        "replays_after_restart": sum(
            each[0].get("replayed") is True and {_id(each[0])} == known
            for each, known in zip(again, ids, strict=True)
        ),
        "changed_bodies_refused": sum(
            [error["code"] for error in each[0].get("errors", [])] == ["KEY_REUSED"]
            for each in changed
        ),
        "effects_in_the_end": after,
        "errors": dict(_errors([*first, *again]).most_common(5)),
    }


def _site(partner: Storm) -> str:
    query = "{ assets(first: 1, filters: {assetType: {exact: SITE}}) { edges { node { id } } } }"
    return str(partner.ask(query)["assets"]["edges"][0]["node"]["id"])


def _n_runs(partner: Storm) -> int:
    return int(
        partner.ask("{ scheduleRuns(first: 1) { totalCount } }")["scheduleRuns"]["totalCount"]
    )


def _input(site: str, key: str) -> dict[str, Any]:
    window = {"start": "2026-04-09T22:00:00Z", "end": "2026-04-10T22:00:00Z"}
    return {"asset": site, "idempotencyKey": key, "stepMinutes": 15, **window}


def _id(answer: Any) -> str | None:
    made = answer.get("object")
    return made["id"] if made else None


def _count(answers: list[list[Any]], *, replayed: bool) -> int:
    return sum(each.get("replayed") is replayed for some in answers for each in some if _id(each))


def _errors(answers: list[list[Any]]) -> Counter[str]:
    failed = [each for some in answers for each in some if not _id(each)]
    return Counter(json.dumps(each.get("errors"))[:200] for each in failed)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--run-dir", type=Path)
    options = parser.parse_args()
    keys = options.keys
    if options.run_dir is not None:
        result = storm(options.run_dir, keys)
    else:
        with tempfile.TemporaryDirectory(prefix="loadstar-storm-") as folder:
            manage(Path(folder), "demo", "--once")
            try:
                result = storm(Path(folder), keys)
            finally:
                manage(Path(folder), "stop")
    wanted = {
        "effects": keys,
        "new": keys,
        "replays": keys * (CALLS - 1),
        "keys_with_one_answer": keys,
        "replays_after_restart": keys,
        "changed_bodies_refused": keys,
        "effects_in_the_end": keys,
    }
    missed = [name for name, number in wanted.items() if result[name] != number]
    print(json.dumps({**result, "missed": missed}, indent=1))  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

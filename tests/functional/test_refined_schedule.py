"""A schedule of a battery whose losses grow with the square of its power, refined by a worker."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling.engines import gekko_process
from scheduling.engines.base import EngineKilled
from scheduling.models import RunState, ScheduleRun
from scheduling.services import request_again, request_schedule
from tenants import jobs
from tenants.accounts.tokens import issue_token
from tenants.database import connection
from tenants.models import Job, Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery, a_user
from tests.portal import Browser

PRICES = [0.1, 0.5, 0.1, 0.5]
REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) { object { id } errors { field message } }
    }
"""
RUN = """
    query ($id: ID!) {
      scheduleRun(id: $id) {
        state engine planStatus cost { amount } bound { amount }
        refinement { outcome text isExact linearCost { amount } refinedCost { amount } }
        setpoints { power { values } }
      }
    }
"""


@pytest.fixture
def site(tenant: Tenant, now: datetime) -> Asset:
    return a_site_with_battery(
        a_customer(), now, PRICES, known_at=now - HOUR, quadratic_loss_per_kw=0.01
    )


@pytest.fixture
def planner(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="test", role=Role.PLANNER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


def asked(site: Asset, now: datetime, **options: Any) -> ScheduleRun:
    return request_schedule(
        actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 4), now=now, **options
    )


def queue_of(run: ScheduleRun) -> str:
    return Job.objects.get(dedupe_key=str(run.pk)).queue


def test_a_plan_that_bends_waits_in_its_own_queue_and_is_refined(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """Charge c, give d with d + 0.01 d² = c - 0.01 c²; at 5 kW a kWh still pays: all of 5 kW."""
    given = {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
    }
    answer = planner.execute(REQUEST, input=given)["requestSchedule"]
    assert answer["errors"] == []
    assert run_jobs("solver") == 0
    assert run_jobs("nonlinear") == 1

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    stored = 5 - 0.01 * 25
    given_back = ((1 + 0.04 * stored) ** 0.5 - 1) / 0.02
    assert run["planStatus"] == "LOCAL"
    assert run["refinement"]["isExact"] is True
    assert run["refinement"]["outcome"] in {"REFINED", "NOT_BETTER"}
    [setpoints] = run["setpoints"]
    expected = [5, -given_back, 5, -given_back]
    assert setpoints["power"]["values"] == pytest.approx(expected, abs=1e-4)
    expected_cost = 2 * (5 * 0.1 - given_back * 0.5)
    assert float(run["cost"]["amount"]) == pytest.approx(expected_cost, abs=1e-4)
    assert float(run["bound"]["amount"]) <= expected_cost + 1e-4


def test_a_device_that_bends_is_said_in_a_request(
    planner: GraphQLClient, tenant: Tenant, now: datetime, run_jobs: Callable[..., int]
) -> None:
    site = a_site_with_battery(a_customer(), now, PRICES, known_at=now - HOUR)
    battery = Asset.objects.get(name="Battery")
    flex = {
        "battery": {
            "capacityKwh": 10,
            "chargeLimitKw": {"constant": 5},
            "dischargeLimitKw": {"constant": 5},
            "stockAtStartKwh": 0,
            "quadraticLossPerKw": 0.01,
            "efficiencyByStock": [
                {"stockKwh": 0, "chargeEfficiency": 0.9, "dischargeEfficiency": 0.9},
                {"stockKwh": 10, "chargeEfficiency": 0.95, "dischargeEfficiency": 0.95},
            ],
        }
    }
    given = {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        "devices": [{"asset": node_id(battery), "flex": flex}],
    }
    answer = planner.execute(REQUEST, input=given)["requestSchedule"]
    assert answer["errors"] == []
    assert run_jobs("nonlinear") == 1
    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert run["refinement"]["isExact"] is True


def test_a_killed_solver_leaves_a_marked_plan_in_words(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise EngineKilled("gekko: its process was ended by signal 9")

    monkeypatch.setattr(gekko_process, "_run", killed)
    run = asked(site, now)
    run_jobs("nonlinear")
    found = planner.execute(RUN, id=node_id(run))["scheduleRun"]

    assert found["state"] == "READY"
    assert found["engine"] == "auto"
    assert found["refinement"]["outcome"] == "KILLED"
    assert found["refinement"]["text"].startswith("the linear plan stands")
    assert found["refinement"]["refinedCost"] is None


def test_linear_plans_do_not_wait_in_that_queue(site: Asset, now: datetime) -> None:
    assert queue_of(asked(site, now)) == "nonlinear"
    assert queue_of(asked(site, now, engine="gekko")) == "nonlinear"
    assert queue_of(asked(site, now, engine="highs")) == "solver"
    again = request_again(actor=PLATFORM, run=asked(site, now), now=now)
    assert queue_of(again) == "nonlinear"
    straight = a_site_with_battery(a_customer("Other"), now, PRICES, known_at=now - HOUR)
    assert queue_of(asked(straight, now)) == "solver"


def test_two_tenants_have_their_plans_refined_in_their_own_schemas(
    tenant: Tenant, other_tenant: Tenant, site: Asset, now: datetime
) -> None:
    runs = {tenant: asked(site, now)}
    connection.set_tenant(other_tenant)
    theirs = a_site_with_battery(
        a_customer(), now, [0.1, 0.9, 0.1, 0.9], known_at=now - HOUR, quadratic_loss_per_kw=0.02
    )
    runs[other_tenant] = asked(theirs, now)
    while jobs.run_next("nonlinear") is not None:
        pass
    costs = []
    for each, run in runs.items():
        connection.set_tenant(each)
        found = ScheduleRun.objects.get()
        assert found.pk == run.pk
        assert found.state == RunState.READY
        assert found.cost is not None
        costs.append(found.cost)
    assert costs[1] < costs[0]
    connection.set_tenant(tenant)


def test_the_runs_page_says_what_became_of_refining(
    tenant: Tenant, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    run = asked(site, now)
    run_jobs("nonlinear")
    browser = Browser(tenant)
    browser.force_login(a_user("boss@operator.example", None, Role.MANAGER, staff=True))
    page = browser.get(reverse("admin:scheduling_schedulerun_change", args=[run.pk]))

    text = page.content.decode()
    assert "owers follow the exact equations" in text or "he linear plan stands" in text
    assert "(linear plan: " in text

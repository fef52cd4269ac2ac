"""Keys through the interface: each mutation can be sent again, and has its effect once."""

from datetime import datetime
from typing import Any, Final

import pytest

from assets.models import Asset, Quantity, Sensor
from scheduling.models import ScheduleRun
from tenants.accounts.models import ApiToken
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def site(tenant: Tenant, now: datetime) -> Asset:
    return a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)


MUTATIONS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "requestSchedule": ("RequestScheduleInput", "id", {"stepMinutes": 30}),
    "recordReadings": ("RecordReadingsInput", "changed", {"source": "another"}),
    "issueToken": ("IssueTokenInput", "token { id }", {"name": "another"}),
}


def given(name: str, site: Asset, now: datetime) -> dict[str, Any]:
    """Return a right input of the mutation."""
    if name == "requestSchedule":
        end = (now + 2 * HOUR).isoformat()
        return {
            "asset": node_id(site), "start": now.isoformat(), "end": end, "stepMinutes": 60
        }  # fmt: skip
    if name == "recordReadings":
        sensor = Sensor.objects.filter(quantity=Quantity.POWER)[0]
        series = {
            "sensor": node_id(sensor), "start": "2026-03-01T00:00Z", "values": [1], "unit": "kW"
        }  # fmt: skip
        return {"series": [series]}
    return {"name": "box", "role": "VIEWER"}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_sent_again(
    client: GraphQLClient, site: Asset, now: datetime, name: str
) -> None:
    type_name, shown, change = MUTATIONS[name]
    query = f"""mutation ($i: {type_name}!) {{
        {name}(input: $i) {{ object {{ {shown} }} replayed errors {{ code field }} }} }}"""
    asked = {**given(name, site, now), "idempotencyKey": "k"}

    first, again = (client.execute(query, i=asked)[name] for _ in range(2))
    changed = client.execute(query, i={**asked, **change})[name]

    assert first["errors"] == []
    assert first["object"] is not None
    assert again == {**first, "replayed": True}
    assert changed["object"] is None
    assert changed["errors"] == [{"code": "KEY_REUSED", "field": ["idempotencyKey"]}]
    assert ScheduleRun.objects.count() == (name == "requestSchedule")
    assert ApiToken.objects.count() == 1 + (name == "issueToken")

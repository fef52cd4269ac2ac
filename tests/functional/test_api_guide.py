"""Every example of docs/api.md does what the guide says."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assets.models import Asset, AssetType, Quantity, Sensor
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery, believe

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
_BLOCKS = re.compile(
    r"```graphql\n(?P<document>.*?)```\n"
    r"(?:```json variables\n(?P<variables>.*?)```\n)?(?:```json answer\n(?P<answer>.*?)```\n)?",
    re.DOTALL,
)


def examples() -> Iterator[tuple[str, str, Any]]:
    for found in _BLOCKS.finditer(GUIDE.read_text(encoding="utf-8")):
        answer = json.loads(found["answer"]) if found["answer"] else None
        yield found["document"], found["variables"] or "{}", answer


def said(answer: Any) -> Any:
    """Replace what the guide leaves out by dots."""
    text = json.dumps(answer)
    return json.loads(re.sub(r'"endCursor": "[^"]*"', '"endCursor": "..."', text))


@pytest.fixture
def partner(tenant: Tenant, now: datetime) -> tuple[GraphQLClient, dict[str, str]]:
    """A partner with the site of the guide, and what the guide calls its rows."""
    customer = a_customer()
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    power = Sensor.objects.get(asset__asset_type=AssetType.BATTERY, quantity=Quantity.POWER)
    believe(power, now - 4 * HOUR, [1, 2, 3, np.nan], at=now)
    token = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=customer, now=now)
    rows: dict[str, Asset | Sensor] = {"SITE": site, "POWER": power}
    names = {name: node_id(row) for name, row in rows.items()}
    return GraphQLClient(host_of(tenant), token.key), names


def test_the_guide_has_examples() -> None:
    assert len(list(examples())) == GUIDE.read_text(encoding="utf-8").count("```graphql") >= 4


@pytest.mark.parametrize("example", list(examples()), ids=range(len(list(examples()))))
def test_an_example_answers_as_told(
    partner: tuple[GraphQLClient, dict[str, str]], example: tuple[str, str, Any]
) -> None:
    client, names = partner
    document, variables, answer = example
    for name, identifier in names.items():
        variables = variables.replace(f'"{name}"', f'"{identifier}"')

    data = client.execute(document, **json.loads(variables))

    if answer is not None:
        assert said(data) == answer

"""Large bodies of readings, as a gateway or a metering company sends them."""

import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import AssetType, Belief, Quantity, Sensor, Source
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import host_of, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, a_site

JSONL = "application/jsonl"


class Sender:
    """A gateway with a token of its own."""

    def __init__(self, tenant: Tenant, customer: Customer, role: Role = Role.MANAGER) -> None:
        now = timezone.now()
        key = issue_token(actor=PLATFORM, name="g", role=role, customer=customer, now=now).key
        self._headers = {"Host": host_of(tenant), "Authorization": f"Bearer {key}"}

    def send(self, body: str | bytes, kind: str = JSONL, **headers: str) -> Any:
        content = body.encode() if isinstance(body, str) else body
        return Client().post(
            "/readings/?source=box", content, content_type=kind, headers=self._headers | headers
        )

    def refusal(self, body: str | bytes, kind: str = JSONL, **headers: str) -> tuple[int, str]:
        """Return status and words of the refusal; fail if anything was stored."""
        answer = self.send(body, kind, **headers)
        assert answer.status_code >= 400, answer.content
        assert not Belief.objects.exists()
        return answer.status_code, answer.json()["errors"][0]["message"]


@pytest.fixture
def hall(customer: Customer) -> Sensor:
    device = a_device(a_site(customer), "Hall", AssetType.LOAD)
    return a_sensor(device, Quantity.POWER, resolution=QUARTER)


@pytest.fixture
def box(tenant: Tenant, customer: Customer) -> Sender:
    return Sender(tenant, customer)


def line(of: Sensor, at: datetime, told: list[Any], **more: Any) -> str:
    given = {"sensor": node_id(of), "start": at.isoformat(), "values": told}
    return json.dumps(given | more)


def test_lines_of_columns_are_stored_once(box: Sender, hall: Sensor, now: datetime) -> None:
    other = a_sensor(hall.asset, Quantity.ENERGY, resolution=HOUR)
    body = "\n".join([line(hall, now, [1000, None, 3000], unit="W"), line(other, now, [5]), "", ""])

    first, again = box.send(body), box.send(body)

    assert first.json() == {"values": 3, "sensors": 2, "changed": 3}
    assert again.json()["changed"] == 0
    kept = Belief.objects.order_by("sensor_id", "event_start").values_list("value", flat=True)
    assert list(kept) == [1.0, 3.0, 5.0]
    assert Source.objects.get().name == "box"
    assert Belief.objects.filter(sensor=hall).latest("event_start").belief_time == now + 3 * QUARTER


def test_rows_of_two_sensors_by_gzip_with_times_of_any_offset(
    box: Sender, hall: Sensor, now: datetime
) -> None:
    other = a_sensor(hall.asset, Quantity.STOCK, resolution=QUARTER)
    rows = ["sensor,time,value,unit"]
    for i in range(4):
        time = (now + i * QUARTER).strftime("%Y-%m-%dT%H:%M:%S")
        rows += [f"{node_id(hall)},{time}Z,{i}.5,kW", f"{node_id(other)},{time}+00:00,,Wh"]
    rows += [f"{node_id(other)},2026-03-28T14:00+02:00,2000,Wh", ""]

    answer = box.send(
        gzip.compress("\r\n".join(rows).encode()), "text/csv", **{"Content-Encoding": "gzip"}
    )

    assert answer.json() == {"values": 5, "sensors": 2, "changed": 5}
    assert list(Belief.objects.filter(sensor=other).values_list("event_start", "value")) == [
        (now, 2.0)
    ]


def test_a_sensor_that_counts_generation_is_turned(
    box: Sender, hall: Sensor, now: datetime
) -> None:
    Sensor.objects.filter(pk=hall.pk).update(outward_positive=True)

    box.send(line(hall, now, [2.0]))

    assert Belief.objects.get().value == -2.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": [1, float("nan")]}, "line 2: NaN is no value"),
        ({"values": [float("inf")]}, "line 2: inf is no plausible POWER"),
        ({"values": [1e300]}, "line 2: 1e+300 is no plausible POWER"),
        ({"values": ["1"]}, "line 2: values is a list of numbers and nulls"),
        ({"values": [True]}, "line 2: values is a list of numbers and nulls"),
        ({"unit": "bananas"}, "line 2: 'bananas' is no unit of POWER"),
        ({"start": "2026-03-28T12:07Z"}, "line 2: events of Hall: power start"),
        ({"start": "2026-03-28T12:00"}, "line 2: '2026-03-28T12:00' has no offset"),
        ({"start": "2100-01-01T00:00Z"}, "line 2: a reading is of 2100-01-01"),
        ({"start": "yesterday"}, "line 2: 'yesterday' is no ISO 8601 time"),
        ({"start": "0001-01-01T00:00+14:00"}, "line 2: '0001-01-01T00:00+14:00' is no ISO"),
        ({"sensor": "U2Vuc29yOjk5OTk5OTk5"}, "line 2: no such sensor"),
        ({"sensor": "nothing"}, "line 2: no such sensor"),
        ({"value": 1}, "line 2: there is no field 'value'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    box: Sender, hall: Sensor, now: datetime, change: dict[str, Any], words: str
) -> None:
    body = "\n".join([line(hall, now - HOUR, [1.0]), line(hall, now, [1.0], **change)])

    status, message = box.refusal(body)

    assert (status, message[: len(words)]) == (400, words)


def test_readings_of_1970_are_kept(box: Sender, hall: Sensor) -> None:
    assert (
        box.send(line(hall, datetime.fromisoformat("1970-01-01T00:00Z"), [1.0])).json()["changed"]
        == 1
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sensor,value\n", "line 1: the head sensor,time,value"),
        ("sensor,time,value\na,b\n", "line 2: 2 cells, the head has 3"),
        ("sensor,time,value\na,2026-03-28T12:00Z,x\n", "line 2: 'x' is no number"),
        ("sensor,time,value\na,2026-03-28T12:00Z,nan\n", "line 2: NaN is no value"),
        ("sensor,time,value\na,2026-99-28T12:00Z,1\n", "line 2: '2026-99-28T12:00Z' is no"),
        (b"sensor,time,value\n\xff,2026-03-28T12:00Z,1\n", "line 2: no UTF-8"),
    ],
)
def test_a_wrong_row_is_named(box: Sender, body: str | bytes, words: str) -> None:
    status, message = box.refusal(body, "text/csv")

    assert (status, message[: len(words)]) == (400, words)


def test_a_bomb_is_refused_before_it_unfolds(box: Sender, tenant: Tenant) -> None:
    bomb = gzip.compress(b" " * 60_000_000)

    status, message = box.refusal(bomb, **{"Content-Encoding": "gzip"})

    assert status == 400
    assert "unpacks to" in message or "more than 2000000 bytes" in message


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"{}", mtime=0)[:12]])
def test_a_broken_gzip_is_refused(box: Sender, body: bytes) -> None:
    assert "gzip" in box.refusal(body, **{"Content-Encoding": "gzip"})[1]


def test_a_line_without_end_is_refused(box: Sender) -> None:
    assert "line 1: more than 2000000 bytes" in box.refusal(b"x" * 3_000_000)[1]


def test_two_values_of_an_event_are_refused(box: Sender, hall: Sensor, now: datetime) -> None:
    body = "\n".join([line(hall, now, [1.0]), line(hall, now, [2.0])])

    assert box.refusal(body) == (400, "line 2: an event has two values; one is right")


def test_who_may_not_is_refused(
    tenant: Tenant, customer: Customer, hall: Sensor, now: datetime
) -> None:
    body = line(hall, now, [1.0])

    assert Sender(tenant, customer, Role.VIEWER).refusal(body)[0] == 403
    assert Sender(tenant, customer).refusal(body, "text/plain")[0] == 415
    unknown = {"Host": host_of(tenant), "Authorization": "Bearer lst_nothing"}
    answer = Client().post("/readings/", body, content_type=JSONL, headers=unknown)
    assert answer.status_code == 401


def test_another_customers_and_another_tenants_sensors_are_not_there(
    tenant: Tenant, other_tenant: Tenant, hall: Sensor, now: datetime
) -> None:
    body = line(hall, now - timedelta(days=1), [1.0])
    neighbour = Sender(tenant, a_customer("Neighbour"))
    with schema_context(other_tenant.schema_name):
        stranger = Sender(other_tenant, a_customer("Stranger"))

    for who in (neighbour, stranger):
        status, message = who.refusal(body)
        assert (status, message[:24]) == (400, "line 1: no such sensor: ")

"""Connections: prices come in over ENTSO-E, settings stay sealed for their tenant."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import override_settings
from django_tenants.utils import schema_context

from assets.models import Belief, Quantity, Sensor
from assets.queries import read_series
from assets.timegrid import TimeGrid
from integrations.models import Connection
from integrations.services import bind_channel, check_settings, keep_connection, read_now
from tenants.models import Job, JobState, Tenant
from tenants.permissions import PLATFORM, Role
from tenants.secrets import CannotOpen
from tests.entsoe import TOKEN, ZONE, Peer, acknowledgement, document, entsoe
from tests.factories import HOUR, a_customer, a_sensor, a_site, an_actor

DAY = timedelta(days=1)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with entsoe() as peer:
        yield peer


@pytest.fixture
def price(tenant: Tenant) -> Sensor:
    return a_sensor(a_site(a_customer()), Quantity.PRICE)


@pytest.fixture
def exchange(peer: Peer, price: Sensor) -> Connection:
    kept = keep_connection(
        actor=PLATFORM,
        name="Exchange",
        connector="entsoe",
        settings={"url": peer.address, "token": TOKEN, "zone": ZONE},
    )
    bind_channel(actor=PLATFORM, connection=kept, channel="price", sensor=price)
    return kept


@pytest.fixture
def read(exchange: Connection, now: datetime, run_jobs: Callable[..., int]) -> Callable[[], Job]:
    """Return what asks for the coming day and runs the job; it gives the job as it ended."""

    def read() -> Job:
        read_now(actor=PLATFORM, connection=exchange, start=now, end=now + DAY, now=now)
        run_jobs("integration")
        exchange.refresh_from_db()
        return Job.objects.filter(kind="integrations.read").latest("pk")

    return read


def test_prices_become_beliefs_in_currency_per_kwh(
    read: Callable[[], Job], exchange: Connection, price: Sensor, now: datetime, peer: Peer
) -> None:
    peer.body = document(now, now + 2 * HOUR, [50.0, -12.5])

    job = read()

    assert job.state == JobState.DONE
    grid = TimeGrid(now, HOUR, 2)
    known = read_series(price, grid, known_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert known == pytest.approx([0.05, -0.0125])
    assert exchange.read_until == now + DAY
    assert peer.asked[0]["in_Domain"] == ZONE
    assert peer.asked[0]["periodStart"] == f"{now:%Y%m%d%H%M}"


def test_the_same_prices_again_are_no_news(read: Callable[[], Job], peer: Peer) -> None:
    read()
    before = Belief.objects.count()
    assert before == 24

    Job.objects.all().delete()
    read()

    assert len(peer.asked) == 2
    assert Belief.objects.count() == before


def test_no_data_yet_is_no_failure(read: Callable[[], Job], peer: Peer) -> None:
    peer.status, peer.body = 400, acknowledgement("999")

    assert read().state == JobState.DONE
    assert not Belief.objects.exists()


@pytest.mark.parametrize(
    ("status", "body"), [(401, b"Unauthorized"), (200, acknowledgement("A01"))]
)
def test_a_refusal_stops_the_connection(
    read: Callable[[], Job], exchange: Connection, peer: Peer, status: int, body: bytes
) -> None:
    peer.status, peer.body = status, body

    assert read().state == JobState.DONE

    assert exchange.stopped_at is not None
    assert "refused" in exchange.last_error
    with pytest.raises(ValidationError, match="it was stopped"):
        read()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, b"<html>maintenance</html>", "status 503"),
        (200, b"<html>maintenance</html>", "no market document"),
        (200, b"", "no market document"),
        (200, b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "no market document"),
        (200, b" " * 20_000_001, "longer than"),
    ],
)
def test_a_failure_is_tried_again_and_told(
    read: Callable[[], Job],
    exchange: Connection,
    peer: Peer,
    status: int,
    body: bytes,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    peer.status, peer.body = status, body

    with caplog.at_level(logging.DEBUG):
        job = read()

    assert job.state == JobState.READY
    assert words in job.failure
    assert exchange.stopped_at is None
    assert TOKEN not in caplog.text


def test_a_peer_that_is_not_there_is_told_without_the_token(
    read: Callable[[], Job], exchange: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    keep_connection(
        actor=PLATFORM,
        name="Exchange",
        connector="entsoe",
        settings={"url": "http://127.0.0.1:9/api", "token": TOKEN, "zone": ZONE},
    )

    with caplog.at_level(logging.DEBUG, logger="tenants"):
        job = read()

    assert "no answer: ConnectError" in job.failure
    assert TOKEN not in job.failure
    assert TOKEN not in caplog.text


def test_settings_are_sealed_and_open_again(exchange: Connection) -> None:
    assert TOKEN not in exchange.sealed_settings
    assert TOKEN not in repr(exchange.settings())
    assert exchange.settings().token.get_secret_value() == TOKEN  # type: ignore[attr-defined]


def test_another_tenant_cannot_open_them(exchange: Connection, other_tenant: Tenant) -> None:
    with schema_context(other_tenant.schema_name):
        assert not Connection.objects.exists()
        stolen = Connection.objects.create(
            name=exchange.name,
            connector=exchange.connector,
            sealed_settings=exchange.sealed_settings,
        )
        with pytest.raises(CannotOpen):
            stolen.settings()


def test_a_new_secret_key_opens_what_the_old_one_closed(
    exchange: Connection, settings: LazySettings
) -> None:
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[old]):
        exchange.settings()
    with override_settings(SECRET_KEY="a new one"), pytest.raises(CannotOpen):
        exchange.settings()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone": "NL"}, "settings.zone"),
        ({"url": "ftp//x"}, "settings.url"),
        ({"token": None}, "settings.token"),
        ({"password": "x"}, "settings.password"),
    ],
)
def test_a_wrong_setting_is_named(
    exchange: Connection, peer: Peer, change: dict[str, object], field: str
) -> None:
    settings = {"url": peer.address, "token": TOKEN, "zone": ZONE, **change}

    with pytest.raises(ValidationError) as refusal:
        keep_connection(actor=PLATFORM, name="Other", connector="entsoe", settings=settings)

    assert list(refusal.value.message_dict) == [field]
    assert TOKEN not in str(refusal.value)
    assert Connection.objects.count() == 1


def test_settings_are_tried_before_they_are_kept(peer: Peer, tenant: Tenant, now: datetime) -> None:
    settings = {"url": peer.address, "token": TOKEN, "zone": ZONE}
    check_settings(actor=PLATFORM, connector="entsoe", settings=settings, now=now)

    peer.status, peer.body = 401, b""
    with pytest.raises(ValidationError, match="is the token right"):
        check_settings(actor=PLATFORM, connector="entsoe", settings=settings, now=now)
    assert not Connection.objects.exists()


def test_a_customer_manages_no_connections(exchange: Connection, now: datetime) -> None:
    neighbour = a_customer("Neighbour")

    for role in (Role.VIEWER, Role.PLANNER, Role.MANAGER):
        actor = an_actor(neighbour, role)
        with pytest.raises((PermissionDenied, ValidationError)):
            read_now(actor=actor, connection=exchange, start=now, end=now + DAY, now=now)
    assert not Job.objects.filter(kind="integrations.read").exists()


def test_values_that_do_not_fit_the_sensor_fail_in_words(
    read: Callable[[], Job], peer: Peer, now: datetime
) -> None:
    off_grid = now + timedelta(minutes=7)
    peer.body = document(off_grid, off_grid + HOUR, [1.0])

    job = read()

    assert job.state == JobState.READY
    assert "steps of 1:00:00" in job.failure
    assert not Belief.objects.exists()

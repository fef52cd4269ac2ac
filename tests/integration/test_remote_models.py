"""A tenant's own model behind an address: asked, tried again, fallen back on, and kept apart."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_tenants.utils import schema_context

from assets.models import Quantity, Sensor
from assets.queries import read_quantiles
from forecasting import queries
from forecasting.forecasters import remote
from forecasting.interpret import QUANTILES
from forecasting.models import RemoteModel
from forecasting.services import keep_plan, keep_remote_model, remote_models, request_forecast
from tenants import outbound
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tenants.secrets import CannotOpen
from tests.conftest import OTHER_SCHEMA
from tests.factories import a_customer, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")

SECRET = "a secret of twenty-four letters or more"
URL = "https://models.example/ask/token-in-path"
RunJobs = Callable[..., int]
Answer = Callable[[dict[str, Any]], httpx.Response]


class Peer:
    """Where the model is; what it says is a test's to choose."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Answer = lambda _: httpx.Response(500)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(json.loads(request.content))


def public(url: str) -> outbound.Target:
    return outbound.target_of(url, lambda host, port: ["93.184.215.14"])


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Peer:
    peer = Peer()
    client = httpx.Client

    def connected(**options: Any) -> httpx.Client:
        assert options == {"trust_env": False}
        return client(transport=httpx.MockTransport(peer))

    monkeypatch.setattr(httpx, "Client", connected)
    monkeypatch.setattr(remote_models, "target_of", public)
    monkeypatch.setattr(remote, "target_of", lambda url, resolving: public(url))
    monkeypatch.setattr(remote, "_PAUSES", (0.0, 0.0))
    return peer


@pytest.fixture
def load(now: datetime) -> Sensor:
    load = a_sensor(a_site(a_customer()), Quantity.POWER)
    start = now - timedelta(days=10)
    believe(load, start, np.tile(np.arange(24.0), 10).tolist(), at=now)
    return load


def level(value: float) -> Answer:
    def answer(asked: dict[str, Any]) -> httpx.Response:
        row = [value] * len(asked["future"]["times"])
        return httpx.Response(200, json={"quantiles": [row for _ in asked["probabilities"]]})

    return answer


def test_quantiles_that_come_back_are_stored(
    peer: Peer, load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    peer.answer = level(7.0)
    keep_remote_model(actor=PLATFORM, name="own", url=URL, secret=SECRET)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="remote:own")

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert (str(run.source), run.fallback) == ("remote:own 1", "")
    found = read_quantiles(load, run.grid, known_at=now, probabilities=QUANTILES).values
    assert (found == 7.0).all()
    [request] = peer.asked
    asked = json.loads(request.content)
    assert asked["probabilities"] == list(QUANTILES)
    assert asked["history"]["values"][-24:] == list(range(24))
    assert len(asked["future"]["times"]) == 48
    sent = request.headers
    expected = outbound.signature(
        SECRET, sent["webhook-id"], int(sent["webhook-timestamp"]), request.content
    )
    assert sent["webhook-signature"] == expected


def test_a_peer_that_fails_once_is_asked_again(
    peer: Peer, load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    good = level(7.0)
    peer.answer = lambda asked: httpx.Response(503) if len(peer.asked) < 3 else good(asked)
    keep_remote_model(actor=PLATFORM, name="own", url=URL, secret=SECRET)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="remote:own")
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.fallback == ""
    assert len({request.headers["webhook-id"] for request in peer.asked}) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: httpx.Response(500), "remote:own answered with status 500, 3 times"),
        (lambda _: httpx.Response(302, headers={"location": "http://[::1]/"}), "status 302"),
        (lambda _: httpx.Response(200, text="<html>"), 'did not answer {"quantiles"'),
        (lambda _: httpx.Response(200, json={"quantiles": [[1.0], [2.0, 3.0]]}), "did not answer"),
        (lambda _: httpx.Response(200, json={"quantiles": [[1.0]]}), "answered an array of (1, 1)"),
        (
            lambda asked: httpx.Response(
                200, text='{"quantiles": [' + ",".join(["[" + "NaN," * 47 + "NaN]"] * 9) + "]}"
            ),
            "values that are no numbers",
        ),
    ],
)
def test_a_peer_without_a_forecast_leaves_it_to_the_baseline(
    peer: Peer, load: Sensor, now: datetime, run_jobs: RunJobs, answer: Answer, words: str
) -> None:
    peer.answer = answer
    keep_remote_model(actor=PLATFORM, name="own", url=URL, secret=SECRET)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="remote:own")
    run_jobs("forecast")

    run.refresh_from_db()
    assert str(run.source) == "seasonal_naive 1"
    assert words in run.fallback
    assert "token" not in run.fallback


def test_a_name_that_leads_inside_since_is_not_asked(
    peer: Peer,
    load: Sensor,
    now: datetime,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_remote_model(actor=PLATFORM, name="own", url=URL, secret=SECRET)
    inside = lambda url, _: outbound.target_of(url, lambda host, port: ["169.254.169.254"])  # noqa: E731
    monkeypatch.setattr(remote, "target_of", inside)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="remote:own")
    run_jobs("forecast")

    run.refresh_from_db()
    assert "models.example is not on the public internet" in run.fallback
    assert peer.asked == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://models.example/"}, "url"),
        ({"secret": "short"}, "secret"),
        ({"name": "Not a word"}, "name"),
    ],
)
def test_what_is_wrong_is_named(peer: Peer, change: dict[str, str], field: str) -> None:
    given = {"name": "own", "url": URL, "secret": SECRET} | change
    with pytest.raises(ValidationError) as refused:
        keep_remote_model(actor=PLATFORM, **given)

    assert list(refused.value.message_dict) == [field]
    assert SECRET not in str(refused.value)
    assert not RemoteModel.objects.exists()


def test_it_is_the_operators_to_say_where_models_are(peer: Peer) -> None:
    for customer in (a_customer("Depot Ltd"), a_customer("Other Ltd")):
        with pytest.raises(PermissionDenied):
            keep_remote_model(
                actor=an_actor(customer, Role.MANAGER), name="own", url=URL, secret=SECRET
            )
    keep_remote_model(actor=an_actor(None, Role.MANAGER), name="own", url=URL, secret=SECRET)


def test_secrets_are_sealed_for_their_tenant_and_told_nobody(
    peer: Peer, tenant: Tenant, other_tenant: Tenant, load: Sensor, now: datetime
) -> None:
    kept = keep_remote_model(actor=PLATFORM, name="own", url=URL, secret=SECRET)
    assert kept.forecaster().secret == SECRET
    entry = AuditEntry.objects.get(verb="keep_remote_model")
    told = f"{kept.sealed} {entry.after} {kept.forecaster()!r}"
    assert SECRET not in told
    assert "token-in-path" not in told

    with schema_context(OTHER_SCHEMA):
        assert not queries.has_remote_model("remote:own")
        theirs = a_sensor(a_site(a_customer()), Quantity.POWER)
        with pytest.raises(ValidationError, match="unknown forecaster"):
            request_forecast(actor=PLATFORM, sensor=theirs, now=now, forecaster="remote:own")
        stolen = RemoteModel.objects.create(name="own", host=kept.host, sealed=kept.sealed)
        with pytest.raises(CannotOpen):
            stolen.forecaster()
        assert queries.remote_forecaster("remote:own") is None

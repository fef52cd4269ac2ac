"""Plug-ins of other packages: who may ask for them is a matter of a tenant's plan."""

from importlib.metadata import EntryPoint

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Quantity
from forecasting.forecasters.base import FORECASTERS
from forecasting.services import keep_plan
from integrations.connectors.base import CONNECTORS
from integrations.services import parse_settings
from scheduling.engines.base import ENGINES
from scheduling.services.runs import check_engine
from tenants.models import Plan, Tenant
from tenants.permissions import PLATFORM
from tenants.plugins import PluginGroup
from tenants.queries import usable
from tests.factories import a_customer, a_sensor, a_site

GUEST = "my_model"
GROUPS = (FORECASTERS, ENGINES, CONNECTORS)


@pytest.fixture
def listed(tenant: Tenant) -> Tenant:
    """The tenant, under a plan that lists the guest."""
    tenant.plan = Plan.objects.create(name="With guests", guest_plugins=[GUEST])
    tenant.save(update_fields=["plan"])
    return tenant


@pytest.fixture(autouse=True)
def guest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another package publish a plug-in of each kind."""
    for group in GROUPS:
        published = {**group._published, GUEST: EntryPoint(GUEST, "other.package:X", group.group)}
        monkeypatch.setitem(group.__dict__, "_published", published)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.group)
def test_ours_are_for_all_and_guests_for_whose_plan_lists_them(
    group: PluginGroup[object], listed: Tenant, other_tenant: Tenant
) -> None:
    assert group.guests() == (GUEST,)
    assert usable(group) == group.names()
    with schema_context(other_tenant.schema_name):
        assert GUEST not in usable(group)
        assert set(usable(group)) == set(group.names()) - {GUEST}


def test_a_forecaster_that_the_plan_does_not_list_is_refused(
    listed: Tenant, other_tenant: Tenant, site: Asset
) -> None:
    kept = keep_plan(actor=PLATFORM, sensor=a_sensor(site, Quantity.POWER), forecaster=GUEST)
    assert kept.forecaster == GUEST

    with schema_context(other_tenant.schema_name):
        theirs = a_sensor(a_site(a_customer()), Quantity.POWER)
        with pytest.raises(ValidationError) as refused:
            keep_plan(actor=PLATFORM, sensor=theirs, forecaster=GUEST)

    [words] = refused.value.message_dict["forecaster"]
    assert words.startswith(f"unknown forecaster {GUEST!r} (known: auto, ")
    assert GUEST not in words.partition("known:")[2]


def test_an_engine_and_a_connector_that_the_plan_does_not_list_are_refused(
    tenant: Tenant,
) -> None:
    with pytest.raises(ValidationError, match="unknown engine 'my_model'"):
        check_engine(GUEST)
    with pytest.raises(ValidationError, match="unknown connector 'my_model'"):
        parse_settings(GUEST, {})


def test_who_asks_for_ours_where_no_guest_is_costs_no_statement(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    published = {name: point for name, point in ENGINES._published.items() if name != GUEST}
    monkeypatch.setitem(ENGINES.__dict__, "_published", published)

    with django_assert_num_queries(0):
        check_engine("highs")


def test_a_plan_lists_what_is_published(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    plan = Plan(name="With guests", guest_plugins=[GUEST, "highs"])

    with pytest.raises(ValidationError) as refused:
        plan.full_clean()

    assert refused.value.message_dict == {
        "guest_plugins": ["no other package publishes my_model, highs (published: none)"]
    }
    monkeypatch.setattr("tenants.models.tenant.guests", lambda: (GUEST,))
    Plan(name="With guests", guest_plugins=[GUEST]).full_clean()

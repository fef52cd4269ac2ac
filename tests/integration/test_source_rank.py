"""Which source is believed is the tenant's to say, and told in the trail."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_tenants.utils import schema_context

from assets.models import Source, SourceKind
from assets.services import rank_source
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tenants.permissions import Actor, Role
from tests.factories import a_customer, an_actor


@pytest.fixture
def meter(tenant: Tenant) -> Source:
    return Source.objects.of(SourceKind.METER, "check meter")


def ranked(source: Source, rank: int, actor: Actor) -> int:
    source.rank = rank
    rank_source(actor=actor, source=source)
    return int(Source.objects.get(pk=source.pk).rank)


def test_a_manager_of_the_tenant_ranks_a_source(meter: Source) -> None:
    assert ranked(meter, 3, an_actor(None, Role.MANAGER)) == 3

    told = AuditEntry.objects.get(verb="rank_source")
    assert (told.before, told.after) == ({"rank": 0}, {"rank": 3})


def test_a_customers_manager_may_not(meter: Source) -> None:
    with pytest.raises(PermissionDenied):
        ranked(meter, 3, an_actor(a_customer(), Role.MANAGER))
    assert Source.objects.get(pk=meter.pk).rank == 0


def test_a_rank_is_a_small_number(meter: Source) -> None:
    with pytest.raises(ValidationError, match="32767"):
        ranked(meter, 10**6, an_actor(None, Role.MANAGER))


def test_another_tenants_source_keeps_its_rank(meter: Source, other_tenant: Tenant) -> None:
    with schema_context(other_tenant.schema_name):
        other = Source.objects.of(SourceKind.METER, "check meter")

    ranked(meter, 3, an_actor(None, Role.MANAGER))

    with schema_context(other_tenant.schema_name):
        assert Source.objects.get(pk=other.pk).rank == 0

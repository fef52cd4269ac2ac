"""Who sees and imports which file, and by which mapping."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_tenants.utils import schema_context

from assets.models import Asset, Belief, Quantity, Sensor
from assets.services import move_asset
from integrations.models import FileContent, FileImport, ImportMapping
from integrations.services import (
    ask_import,
    discard_file,
    keep_mapping,
    mappings_for,
    matching,
    preview_of,
)
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Actor, Role
from tests.factories import a_customer, a_sensor, a_site, an_actor
from tests.integration.file_imports.bringing import bring, imported, mapping_to


def test_who_may_not_record_neither_brings_nor_sees_what_is_in_a_file(
    tenant: Tenant, site: Asset, load: Sensor, customer: Customer, planner: Actor, now: datetime
) -> None:
    file = bring(planner, site, now)
    viewer = an_actor(customer, Role.VIEWER, "user:2")
    neighbour = an_actor(a_customer("Neighbour"), Role.MANAGER, "user:3")

    for actor in (viewer, neighbour):
        with pytest.raises(PermissionDenied):
            bring(actor, site, now)
        with pytest.raises(PermissionDenied):
            preview_of(actor=actor, file=file)
        with pytest.raises(PermissionDenied):
            ask_import(actor=actor, file=file, mapping=mapping_to(load), now=now)
        with pytest.raises(PermissionDenied):
            discard_file(actor=actor, file=file)
    assert list(FileImport.objects.visible_to(viewer)) == [file]
    assert not FileImport.objects.visible_to(neighbour).exists()


def test_a_file_goes_into_no_sensor_that_is_not_beneath_its_asset(
    tenant: Tenant, site: Asset, planner: Actor, now: datetime
) -> None:
    theirs = a_sensor(a_site(a_customer("Neighbour")), Quantity.POWER)
    file = bring(planner, site, now)

    for actor in (planner, PLATFORM):
        with pytest.raises(ValidationError) as refused:
            ask_import(actor=actor, file=file, mapping=mapping_to(theirs), now=now)
        assert refused.value.message_dict == {"columns.0.sensor": ["no such sensor"]}


def test_a_sensor_that_was_moved_away_meanwhile_gets_nothing(
    tenant: Tenant,
    customer: Customer,
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    elsewhere = a_site(customer, "Elsewhere")
    device = Asset.objects.get(pk=site.pk)
    file = bring(planner, elsewhere, now)
    move_asset(actor=PLATFORM, asset=device, parent=elsewhere)
    ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)
    device.refresh_from_db()
    move_asset(actor=PLATFORM, asset=device, parent=Asset.objects.get(path=customer.root_path))

    imported(file, run_jobs)

    assert file.state == "REFUSED"
    assert not Belief.objects.exists()


def test_another_tenants_files_and_mappings_are_in_another_schema(
    tenant: Tenant, other_tenant: Tenant, site: Asset, load: Sensor, now: datetime
) -> None:
    file = bring(PLATFORM, site, now)
    keep_mapping(actor=PLATFORM, asset=None, name="m", columns=["time"], mapping=mapping_to(load))

    with schema_context(other_tenant.schema_name):
        assert not FileImport.objects.filter(pk=file.pk).exists()
        assert not FileContent.objects.exists()
        assert not ImportMapping.objects.exists()


def test_a_mapping_is_offered_to_who_may_see_it_for_files_of_its_form(
    tenant: Tenant, customer: Customer, site: Asset, load: Sensor, planner: Actor
) -> None:
    columns = ["time", "kW", "kWh"]
    neighbour = an_actor(a_customer("Neighbour"), Role.MANAGER, "user:3")
    portfolio = Asset.objects.get(path=customer.root_path)
    mapping = mapping_to(load)
    keep_mapping(actor=PLATFORM, asset=None, name="of all", columns=columns, mapping=mapping)
    keep_mapping(actor=planner, asset=portfolio, name="ours", columns=["x"], mapping=mapping)
    ours = keep_mapping(
        actor=planner, asset=portfolio, name="ours", columns=columns, mapping=mapping
    )

    offered = mappings_for(actor=planner, asset=site)

    assert offered == [ours]
    assert matching(offered, [" Time", "KW", "kwh"]) == ours
    assert matching(offered, ["time", "kWh"]) is None
    assert len(mappings_for(actor=PLATFORM, asset=site)) == 2
    assert not ImportMapping.objects.visible_to(neighbour).exists()
    with pytest.raises(PermissionDenied):
        keep_mapping(actor=planner, asset=None, name="n", columns=columns, mapping=mapping)
    with pytest.raises(PermissionDenied):
        keep_mapping(actor=neighbour, asset=site, name="n", columns=columns, mapping=mapping)
    with pytest.raises(ValidationError, match="no such sensor"):
        keep_mapping(
            actor=planner, asset=a_site(customer, "Empty"), name="n", columns=columns,
            mapping=mapping,
        )  # fmt: skip

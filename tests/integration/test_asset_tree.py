"""The tree: who sees what, and how it is kept a tree."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import Asset, AssetType, Quantity
from assets.services import NewSensor, add_asset, add_sensor, move_asset, remove_asset
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM, Role, actor_in_role
from tests.factories import a_customer, a_device, a_sensor, a_site, an_actor

pytestmark = pytest.mark.usefixtures("tenant")


def names(actor_role: Role, customer: Customer) -> set[str]:
    return {asset.name for asset in Asset.objects.visible_to(an_actor(customer, actor_role))}


def test_a_customer_sees_its_own_subtree(customer: Customer) -> None:
    a_site(customer, "Depot")
    neighbour = a_customer("Neighbour")
    a_site(neighbour, "Yard")

    assert names(Role.VIEWER, customer) == {"Depot Ltd", "Depot"}
    assert names(Role.MANAGER, neighbour) == {"Neighbour", "Yard"}


def test_moving_a_subtree_moves_all_beneath_it(customer: Customer) -> None:
    north, south = a_site(customer, "North"), a_site(customer, "South")
    hall = a_device(north, "Hall", AssetType.FEEDER)
    lamp = a_device(hall, "Lamp", AssetType.LOAD)

    move_asset(actor=PLATFORM, asset=hall, parent=south)

    lamp.refresh_from_db()
    assert lamp.path == f"{south.path}{hall.pk}.{lamp.pk}."
    assert set(Asset.objects.beneath(south)) == {south, hall, lamp}
    assert set(Asset.objects.beneath(north)) == {north}


def test_a_circle_is_refused(customer: Customer) -> None:
    site = a_site(customer)
    hall = a_device(site, "Hall", AssetType.FEEDER)
    lamp = a_device(hall, "Lamp", AssetType.LOAD)

    for parent in (hall, lamp):
        with pytest.raises(ValidationError, match="circle") as error:
            move_asset(actor=PLATFORM, asset=hall, parent=parent)
        assert list(error.value.message_dict) == ["parent"]


def test_who_manages_one_end_only_may_not_move(customer: Customer) -> None:
    hall = a_device(a_site(customer), "Hall", AssetType.LOAD)
    elsewhere = a_site(a_customer("Neighbour"), "Yard")

    with pytest.raises(PermissionDenied, match="no such asset"):
        move_asset(actor=an_actor(customer, Role.MANAGER), asset=hall, parent=elsewhere)


def test_a_viewer_adds_nothing(customer: Customer) -> None:
    with pytest.raises(PermissionDenied, match="may not"):
        add_asset(
            actor=an_actor(customer, Role.VIEWER), parent=a_site(customer), name="Hall",
            asset_type=AssetType.LOAD,
        )  # fmt: skip


def test_a_customers_manager_adds_no_root(customer: Customer) -> None:
    with pytest.raises(ValidationError, match="only the tenant's managers"):
        add_asset(
            actor=an_actor(customer, Role.MANAGER), parent=None, name="Mine",
            asset_type=AssetType.PORTFOLIO,
        )  # fmt: skip


def test_siblings_have_different_names(customer: Customer) -> None:
    site = a_site(customer)
    a_device(site, "Hall", AssetType.LOAD)

    with pytest.raises(ValidationError):
        a_device(site, "Hall", AssetType.LOAD)


def test_an_asset_with_children_stays(customer: Customer) -> None:
    site = a_site(customer)
    a_device(site, "Hall", AssetType.LOAD)

    with pytest.raises(ValidationError, match="hang under"):
        remove_asset(actor=PLATFORM, asset=site)


def test_a_step_that_nobody_meters_in_is_refused(customer: Customer) -> None:
    with pytest.raises(ValidationError, match="none of 0, 1, 5, 10, 15, 30, 60 minutes"):
        add_sensor(
            actor=PLATFORM, asset=a_site(customer),
            sensor=NewSensor("odd", Quantity.POWER, timedelta(minutes=7)),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/Base"), ("latitude", 91.0), ("name", "")]
)
def test_a_wrong_field_is_named(customer: Customer, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        add_asset(
            actor=PLATFORM, parent=a_site(customer), asset_type=AssetType.LOAD,
            **{"name": "Hall", field: value},
        )  # fmt: skip
    assert field in str(error.value) or field in error.value.message_dict


def test_a_customer_without_a_portfolio_sees_nothing() -> None:
    a_sensor(a_site(a_customer()), Quantity.POWER)

    assert not Asset.objects.visible_to(actor_in_role("user:1", Role.VIEWER, "nowhere")).exists()

"""The asset tree, changed by several at once: it stays a tree, and paths tell the truth."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from django.core.exceptions import ValidationError
from django_tenants.utils import tenant_context

from assets.models import Asset, AssetType
from assets.services import add_asset, move_asset, remove_asset
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.factories import a_customer, a_device, a_site

ROUNDS = 6


def at_once(tenant: Tenant, *actions: Callable[[], object]) -> list[str]:
    """Run the actions side by side; return what was refused."""
    together = Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        try:
            with tenant_context(tenant):
                together.wait()
                action()
        except ValidationError as error:
            return str(error.messages)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(actions)) as threads:
        return [each for each in threads.map(run, actions) if each]


def check_tree() -> None:
    """Every path is that of the parent and the own number: no circle, nothing adrift."""
    assets = Asset.objects.in_bulk()
    for asset in assets.values():
        above = "" if asset.parent_id is None else assets[asset.parent_id].path
        assert asset.path == f"{above}{asset.pk}."


def test_moves_far_apart_make_no_circle(committed_tenant: Tenant) -> None:
    with tenant_context(committed_tenant):
        site = a_site(a_customer())
        feeder = AssetType.FEEDER
        for _ in range(ROUNDS):
            upper, lower = [a_device(site, name, feeder) for name in ("upper", "lower")]
            below_upper = a_device(upper, "below upper", feeder)
            below_lower = a_device(lower, "below lower", feeder)

            refused = at_once(
                committed_tenant,
                partial(move_asset, actor=PLATFORM, asset=upper, parent=below_lower),
                partial(move_asset, actor=PLATFORM, asset=lower, parent=below_upper),
            )

            assert ["circle" in each for each in refused] == [True]
            check_tree()
            for each in Asset.objects.beneath(site).exclude(pk=site.pk).order_by("-path"):
                each.delete()


def test_what_is_added_under_a_feeder_that_moves_goes_along(committed_tenant: Tenant) -> None:
    with tenant_context(committed_tenant):
        customer = a_customer()
        north, south = a_site(customer, "North"), a_site(customer, "South")
        hall = a_device(a_device(north, "Feeder", AssetType.FEEDER), "Hall", AssetType.FEEDER)
        feeder = Asset.objects.get(name="Feeder")
        for number in range(ROUNDS):
            target = (south, north)[number % 2]
            add = partial(
                add_asset,
                actor=PLATFORM,
                parent=hall,
                name=f"lamp {number}",
                asset_type=AssetType.LOAD,
            )

            refused = at_once(
                committed_tenant,
                partial(move_asset, actor=PLATFORM, asset=feeder, parent=target),
                add,
            )

            assert refused == []
            check_tree()
        assert Asset.objects.beneath(Asset.objects.get(name="Hall")).count() == 1 + ROUNDS


def test_nothing_is_added_under_what_is_removed(committed_tenant: Tenant) -> None:
    with tenant_context(committed_tenant):
        site = a_site(a_customer())
        for _ in range(ROUNDS):
            hall = a_device(site, "Hall", AssetType.FEEDER)

            refused = at_once(
                committed_tenant,
                partial(remove_asset, actor=PLATFORM, asset=hall),
                partial(
                    add_asset,
                    actor=PLATFORM,
                    parent=hall,
                    name="Lamp",
                    asset_type=AssetType.LOAD,
                ),
            )

            [words] = refused
            assert "no such Asset" in words or "hang under" in words
            check_tree()
            for each in Asset.objects.beneath(site).exclude(pk=site.pk).order_by("-path"):
                each.delete()

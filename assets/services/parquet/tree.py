"""Assets and sensors of an export that a tenant has not yet."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.services.parquet.files import WrongExport
from assets.services.sensors import NewSensor, add_sensor
from assets.services.tree import add_asset, add_customer
from assets.services.virtual import NewTerm, set_terms
from tenants.permissions import PLATFORM


@transaction.atomic
def add_missing(
    assets: list[dict[str, Any]], sensors: list[dict[str, Any]], keys: Sequence[tuple[str, ...]]
) -> None:
    """Add the assets and sensors of an export that are not there by name, all or none.

    A portfolio at the root is made with the customer whose it is.

    Raises:
        WrongExport: one cannot be added.
    """
    place = ""
    try:
        rows: list[Asset] = []
        for told in assets:
            place = told["name"]
            rows.append(_asset(told, None if told["parent"] is None else rows[told["parent"]]))
        found = []
        for told, key in zip(sensors, keys, strict=True):
            place = " / ".join(key)
            found.append(_sensor(told, rows[told["asset"]]))
        for told, (sensor, made), key in zip(sensors, found, keys, strict=True):
            place = " / ".join(key)
            if made and told["terms"]:
                terms = [
                    NewTerm(found[each["sensor"]][0], each["factor"]) for each in told["terms"]
                ]
                set_terms(actor=PLATFORM, sensor=sensor, terms=terms)
    except ValidationError as refusal:
        raise WrongExport(f"{place}: {'; '.join(refusal.messages)}") from refusal
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise WrongExport(f"{place}: {error}") from error


def _asset(told: dict[str, Any], parent: Asset | None) -> Asset:
    asset = Asset.objects.filter(parent=parent, name=told["name"]).first()
    if asset is not None:
        return asset
    kind = AssetType(told["asset_type"])
    if parent is None and kind is AssetType.PORTFOLIO:
        customer = add_customer(actor=PLATFORM, name=told["name"])
        return Asset.objects.get(path=customer.root_path)
    return add_asset(
        actor=PLATFORM,
        parent=parent,
        name=told["name"],
        asset_type=kind,
        time_zone=told["time_zone"],
        latitude=told["latitude"],
        longitude=told["longitude"],
    )


def _sensor(told: dict[str, Any], asset: Asset) -> tuple[Sensor, bool]:
    """Return the sensor, and whether it was made."""
    sensor = Sensor.objects.filter(asset=asset, name=told["name"]).select_related("asset").first()
    if sensor is not None:
        return sensor, False
    expected = told["expected_within_seconds"]
    wanted = NewSensor(
        told["name"],
        Quantity(told["quantity"]),
        timedelta(seconds=told["resolution_seconds"]),
        outward_positive=told["outward_positive"],
        minimum=told["minimum"],
        maximum=told["maximum"],
        time_zone=told["time_zone"],
        expected_within=None if expected is None else timedelta(seconds=expected),
    )
    return add_sensor(actor=PLATFORM, asset=asset, sensor=wanted), True

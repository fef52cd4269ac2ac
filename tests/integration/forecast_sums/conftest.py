"""A site whose net power is the sum of its parts."""

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor
from tests.factories import a_device, a_sensor


@pytest.fixture
def net(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="net")


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Hall", AssetType.LOAD), Quantity.POWER)


@pytest.fixture
def panels(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Roof", AssetType.PV), Quantity.POWER)

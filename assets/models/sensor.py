"""Sensors: what can be known about an asset."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from assets.models.asset import Asset, within_reach
from tenants.permissions import Actor


class Quantity(models.TextChoices):
    """What a sensor is about, with the one unit in which its values are kept.

    Power is positive into the asset (consumption, charge, import), negative out of it.
    """

    POWER = "POWER", "power, mean over the event [kW]"
    ENERGY = "ENERGY", "energy, during the event [kWh]"
    STOCK = "STOCK", "energy held at the start of the event [kWh]"
    PRICE = "PRICE", "price of energy [currency/kWh]"
    TEMPERATURE = "TEMPERATURE", "temperature, mean over the event [°C]"
    IRRADIANCE = "IRRADIANCE", "irradiance, mean over the event [W/m²]"
    CO2 = "CO2", "carbon intensity, mean over the event [kg/kWh]"


class SensorQuerySet(models.QuerySet["Sensor"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the sensors of assets that ``actor`` may read."""
        return self.filter(within_reach(actor, "asset__path"))

    def beneath(self, asset: Asset) -> Self:
        """Keep the sensors of ``asset`` and of all that hangs under it."""
        return self.filter(asset__path__startswith=asset.path)


class Sensor(models.Model):
    """A series of events of one quantity at one asset. Holds no values itself.

    ``resolution`` is the length of an event; events start on whole multiples of it in UTC.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="sensors")
    name = models.CharField(max_length=100)
    quantity = models.CharField(max_length=16, choices=Quantity)
    resolution = models.DurationField(default=timedelta(minutes=15))
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(SensorQuerySet)()

    class Meta:
        base_manager_name = "objects"  # so that relations too can be narrowed to the actor
        constraints = [
            models.UniqueConstraint(fields=["asset", "name"], name="sensor_name_unique_at_asset"),
            models.CheckConstraint(
                condition=Q(resolution__gt=timedelta(0)), name="sensor_resolution_is_positive"
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="sensor_by_update")]

    def __str__(self) -> str:
        return f"{self.asset}: {self.name}"

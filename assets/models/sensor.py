"""Sensors: what can be known about an asset."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

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

    @property
    def unit(self) -> str:
        """The unit, as the label says it: "kW"."""
        return str(self.label).partition("[")[2].rstrip("]")


class SensorQuerySet(models.QuerySet["Sensor"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the sensors of assets that ``actor`` may read."""
        return self.filter(within_reach(actor, "asset__path"))

    def beneath(self, asset: Asset) -> Self:
        """Keep the sensors of ``asset`` and of all that hangs under it."""
        return self.filter(asset__path__startswith=asset.path)


class Sensor(models.Model):
    """A series of events of one quantity at one asset. Holds no values itself.

    Attributes:
        resolution: the length of an event; events start on whole multiples of it in UTC. None at
            all (zero) for an instantaneous sensor, whose readings are points in time.
        outward_positive: who sends readings counts what comes out of the asset as positive, as
            inverters do; turned on the way in.
        minimum, maximum: values beyond them are kept, and read as implausible.
        expected_within: how long after the end of an event its value is to be there; of an
            instantaneous sensor, how long after a reading the next is.
        is_virtual: its values are put together from those of its ``terms`` when they are read.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="sensors")
    name = models.CharField(max_length=100)
    quantity = models.CharField(max_length=16, choices=Quantity)
    resolution = models.DurationField(default=timedelta(minutes=15))
    outward_positive = models.BooleanField(
        "sender counts generation as positive",
        default=False,
        help_text="Of power and energy: readings are turned on the way in.",
    )
    minimum = models.FloatField(
        "least plausible value", null=True, blank=True, help_text="In the sensor's unit."
    )
    maximum = models.FloatField(
        "greatest plausible value", null=True, blank=True, help_text="In the sensor's unit."
    )
    expected_within = models.DurationField(
        null=True,
        blank=True,
        help_text="How long after the end of an event its value is to be there: 01:00:00. Of "
        "points in time, how long after one the next is to be there: so long one holds.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Whose days and months its series follows; empty: those of its asset.",
    )
    # Kept beside the terms, so that reads of all other sensors need not look for any.
    is_virtual = models.BooleanField("virtual", default=False, db_default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(SensorQuerySet)()

    class Meta:
        base_manager_name = "objects"  # so that relations too can be narrowed to the actor
        constraints = [
            models.UniqueConstraint(fields=["asset", "name"], name="sensor_name_unique_at_asset"),
            models.CheckConstraint(
                condition=Q(resolution__gte=timedelta(0)), name="sensor_resolution_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(resolution__gt=timedelta(0)) | ~Q(quantity=Quantity.ENERGY),
                name="sensor_of_energy_has_a_span",
                violation_error_message="energy is of a span of time, not of a moment: what a "
                "register shows, or a store holds, is STOCK",
            ),
            models.CheckConstraint(
                condition=Q(outward_positive=False)
                | Q(quantity=Quantity.POWER)  # a list would be dumped otherwise than it is made
                | Q(quantity=Quantity.ENERGY),
                name="sensor_sign_is_of_power_or_energy",
                violation_error_message="only power and energy have a sign convention",
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(minimum__lt=F("maximum")),
                name="sensor_limits_in_order",
                violation_error_message="the least plausible value is not below the greatest",
            ),
            models.CheckConstraint(
                condition=Q(expected_within=None) | Q(expected_within__gte=timedelta(0)),
                name="sensor_expected_after_the_event",
                violation_error_message="a value cannot be expected before its event ends",
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="sensor_by_update")]

    def __str__(self) -> str:
        return f"{self.asset}: {self.name}"

    @property
    def is_instantaneous(self) -> bool:
        """Whether its readings are points in time."""
        return not self.resolution

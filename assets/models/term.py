"""Terms: of what a virtual sensor is put together."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from assets.models.asset import within_reach
from assets.models.sensor import Sensor
from tenants.permissions import Actor


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the terms whose sensors ``actor`` may read."""
        return self.filter(within_reach(actor, "sensor__asset__path"))


class Term(models.Model):
    """One sensor's part in a virtual sensor: its value times ``factor``."""

    virtual = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="terms")
    # Whoever removes a sensor is told of what it is a part.
    sensor = models.ForeignKey(Sensor, on_delete=models.RESTRICT, related_name="part_of")
    factor = models.FloatField(
        default=1.0, help_text="1 to add, -1 to subtract, any other number to scale."
    )

    objects = models.Manager.from_queryset(TermQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["virtual", "sensor"], name="term_once_in_a_sensor"),
            models.CheckConstraint(
                condition=~Q(virtual=F("sensor")), name="term_is_not_its_own_sensor"
            ),
            models.CheckConstraint(
                condition=(Q(factor__gt=0) | Q(factor__lt=0))
                & Q(factor__gt=float("-inf"))
                & Q(factor__lt=float("inf")),
                name="term_factor_is_finite_and_not_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.factor:+g} x {self.sensor}"

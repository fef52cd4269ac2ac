"""Annotations: what a person or programme says of an interval."""

from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from assets.models.asset import Asset, within_reach
from assets.models.sensor import Sensor
from tenants.permissions import Actor, Permission


class AnnotationType(models.TextChoices):
    NOTE = "NOTE", "note"
    HOLIDAY = "HOLIDAY", "holiday"
    MAINTENANCE = "MAINTENANCE", "maintenance"
    OUTAGE = "OUTAGE", "outage"
    WARNING = "WARNING", "warning"


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep what is said of assets that ``actor`` may read, and of the whole tenant."""
        reach = within_reach(actor, "asset__path")
        # No condition at all is for who sees everything: joined by "or" it would be lost.
        if not reach or not actor.may(Permission.ASSET_READ):
            return self.filter(reach)
        return self.filter(reach | Q(asset=None))

    def told_of(self, sensor: Sensor) -> Self:
        """Keep what is said of ``sensor``, of its asset and what that hangs under, and of all."""
        path = sensor.asset.path
        above = [path[: i + 1] for i, letter in enumerate(path) if letter == "."]
        of_assets = Q(asset=None) | Q(asset__path__in=above)
        return self.filter(of_assets & (Q(sensor=None) | Q(sensor=sensor)))


class Annotation(models.Model):
    """A text about [start, end): of a sensor, of an asset, or of the whole tenant.

    ``asset`` is none for the whole tenant; ``sensor`` is one at ``asset``, or none for all of it.
    """

    text = models.TextField(
        max_length=2000,
        validators=[MaxLengthValidator(2000)],
    )
    annotation_type = models.CharField(
        "type", max_length=16, choices=AnnotationType, default=AnnotationType.NOTE
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    asset = models.ForeignKey(
        Asset,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="annotations",
        help_text="None for the whole tenant.",
    )
    sensor = models.ForeignKey(
        Sensor,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="annotations",
        help_text="None for all of the asset.",
    )
    made_by = models.CharField(max_length=100, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(AnnotationQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(start__lt=F("end")),
                name="annotation_ends_after_its_start",
                violation_error_message="the end is not after the start",
            ),
            models.CheckConstraint(
                condition=Q(sensor=None) | Q(asset__isnull=False),
                name="annotation_of_a_sensor_has_its_asset",
            ),
        ]
        indexes = [
            models.Index(fields=["start", "id"], name="annotation_by_start"),
            models.Index(fields=["updated_at", "id"], name="annotation_by_update"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

"""What is flexible at an asset, kept there, so that a site set up once is planned by its name."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from assets.models import Asset, Sensor, within_reach
from tenants.permissions import Actor


class AssetFlexQuerySet(models.QuerySet["AssetFlex"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "asset__path"))

    def beneath(self, asset: Asset) -> Self:
        return self.filter(asset__path__startswith=asset.path)

    def valid_at(self, time: datetime) -> Self:
        """Keep, of each asset, the newest that is valid from ``time`` or before, unless it ended.

        An older one does not come back when a newer one ends.
        """
        newest = (
            self.filter(valid_from__lte=time)
            .order_by("asset_id", "-valid_from")
            .distinct("asset_id")
        )
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=time), pk__in=newest.values("pk"))


class AssetFlex(models.Model):
    """The flexibility of one asset from ``valid_from`` to ``valid_to``, or until a newer one.

    Attributes:
        document: at a device a device document, at a site or a feeder a context
            (``scheduling.flex``); read and written through ``scheduling.services``.
        power_sensor: where the device's planned power is recorded; None at a site.
        stock_sensor: where a store's stock is measured and its planned stock recorded.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    document = models.JSONField()
    power_sensor = models.ForeignKey(
        Sensor, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    stock_sensor = models.ForeignKey(
        Sensor, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )

    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(AssetFlexQuerySet)()

    class Meta:
        base_manager_name = "objects"
        verbose_name = "flexibility of an asset"
        verbose_name_plural = "flexibility of assets"
        indexes = [models.Index(fields=["updated_at", "id"], name="asset_flex_by_update")]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "valid_from"], name="asset_flex_unique_per_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="asset_flex_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(stock_sensor=None) | Q(power_sensor__isnull=False),
                name="asset_flex_stock_has_power",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} from {self.valid_from:%Y-%m-%d %H:%M}Z"

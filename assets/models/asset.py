"""Assets: what is owned, metered or steered, as a tree."""

from typing import Self

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from tenants.permissions import Actor, Permission


class AssetType(models.TextChoices):
    """What an asset is. Devices are the leaves; the others hold them."""

    PORTFOLIO = "PORTFOLIO", "portfolio"
    SITE = "SITE", "site"
    GRID_CONNECTION = "GRID_CONNECTION", "grid connection"
    FEEDER = "FEEDER", "feeder"
    MARKET = "MARKET", "market"
    BATTERY = "BATTERY", "battery"
    PV = "PV", "photovoltaic system"
    LOAD = "LOAD", "load"
    CHARGE_POINT = "CHARGE_POINT", "charge point"
    HEAT_PUMP = "HEAT_PUMP", "heat pump"
    PROCESS = "PROCESS", "process"


def within_reach(actor: Actor, path: str) -> Q:
    """Return the condition that the asset path in field ``path`` is one that ``actor`` may read."""
    condition = Q(pk__in=[])
    for root_path in actor.root_paths(Permission.ASSET_READ):
        if not root_path:
            return Q()
        condition |= Q(**{f"{path}__startswith": root_path})
    return condition


def _up_to(degrees: float) -> list[BaseValidator]:
    return [MinValueValidator(-degrees), MaxValueValidator(degrees)]


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the assets that ``actor`` may read."""
        return self.filter(within_reach(actor, "path"))

    def beneath(self, asset: "Asset") -> Self:
        """Keep ``asset`` and all that hangs under it."""
        return self.filter(path__startswith=asset.path)


class Asset(models.Model):
    """A node of the tree: portfolio, site, grid connection, device.

    ``path`` is the chain of identifiers from the root, each followed by a dot
    ("3.17.204."), so that a subtree is a prefix. Changed by ``services`` alone.
    """

    name = models.CharField(max_length=100)
    asset_type = models.CharField(max_length=20, choices=AssetType)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=255, unique=True, editable=False)
    time_zone = models.CharField(max_length=64, default="Europe/Amsterdam")
    latitude = models.FloatField(
        null=True, blank=True, validators=_up_to(90), help_text="Degrees north."
    )
    longitude = models.FloatField(
        null=True, blank=True, validators=_up_to(180), help_text="Degrees east."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(AssetQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], nulls_distinct=False, name="asset_name_unique_in_parent"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="asset_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None) | Q(latitude__range=(-90, 90)),
                name="asset_latitude_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude=None) | Q(longitude__range=(-180, 180)),
                name="asset_longitude_in_range",
            ),
        ]
        indexes = [
            # Prefix searches: the default operator class serves them in the C collation only.
            models.Index(
                fields=["path"], name="asset_path_prefix", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(fields=["updated_at", "id"], name="asset_by_update"),
        ]

    def __str__(self) -> str:
        return self.name

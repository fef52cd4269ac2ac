"""Mappings that are kept: how files of one form are read."""

from typing import Any, Self

from django.db import models

from assets.models import Asset
from assets.models.asset import within_reach
from tenants.permissions import Actor, Permission


def within_reach_or_whole(actor: Actor) -> models.Q:
    """Return the condition that a row's asset is one that ``actor`` may read.

    Rows without an asset are the whole tenant's, for who may read all of it.
    """
    reach = within_reach(actor, "asset__path")
    if actor.may_everywhere(Permission.ASSET_READ):
        return models.Q()
    return models.Q(asset__isnull=False) & reach


class ImportMappingQuerySet(models.QuerySet["ImportMapping"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the mappings of assets that ``actor`` may read."""
        return self.filter(within_reach_or_whole(actor))


class ImportMapping(models.Model):
    """How files of one form are read, under a name.

    Attributes:
        asset: whose it is: a customer's portfolio, a site; None for the whole tenant's.
        head_digest: of the columns of the file that it was made for, so that it is offered for
            the next of that form; see ``ingest.mapping.head_digest``.
        document: a ``FileMapping``.
    """

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=100)
    head_digest = models.CharField(max_length=64, blank=True, editable=False)
    document: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(ImportMappingQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "name"], nulls_distinct=False, name="import_mapping_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name

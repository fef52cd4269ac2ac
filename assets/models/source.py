"""Sources: who believes."""

from typing import Self

from django.db import models


class SourceKind(models.TextChoices):
    METER = "METER", "meter"
    MARKET = "MARKET", "market"
    FORECASTER = "FORECASTER", "forecaster"
    SCHEDULER = "SCHEDULER", "scheduler"
    PERSON = "PERSON", "person"


class SourceQuerySet(models.QuerySet["Source"]):
    def of(self, kind: SourceKind, name: str, version: str = "") -> "Source":
        """Return the source of this kind, name and version; made at its first belief."""
        source, _ = self.get_or_create(kind=kind, name=name, version=version)
        return source

    def of_kinds(self, *kinds: SourceKind) -> Self:
        return self.filter(kind__in=kinds)


class Source(models.Model):
    """Who or what believes: a meter, a market, a forecaster with its version, a person.

    ``rank`` decides between several that believe something of one event: the lowest counts, and
    of equal ones the belief that was formed last.
    """

    kind = models.CharField(max_length=16, choices=SourceKind)
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=50, blank=True)
    rank = models.SmallIntegerField(
        default=0,
        help_text="Of several that believe something of one event the lowest counts, and of equal "
        "ones the belief that was formed last.",
    )

    objects = models.Manager.from_queryset(SourceQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name", "version"], name="source_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

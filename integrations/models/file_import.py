"""Files that people bring: what became of each, and its content until it is read."""

import uuid
from datetime import datetime
from typing import Any, Final, Self

from django.db import models

from assets.models import Asset
from assets.models.asset import within_reach
from tenants.permissions import Actor


class ImportState(models.TextChoices):
    BROUGHT = "BROUGHT", "to be mapped"
    QUEUED = "QUEUED", "waiting"
    READING = "READING", "being read"
    STORING = "STORING", "being stored"
    DONE = "DONE", "imported"
    REFUSED = "REFUSED", "refused"
    FAILED = "FAILED", "failed"


_MAY_FOLLOW: Final = {
    ImportState.BROUGHT: {ImportState.QUEUED},
    ImportState.REFUSED: {ImportState.QUEUED},
    ImportState.FAILED: {ImportState.QUEUED},
    ImportState.QUEUED: {ImportState.READING, ImportState.FAILED},
    # A worker that died is followed by another, which begins anew.
    ImportState.READING: {
        ImportState.READING,
        ImportState.STORING,
        ImportState.REFUSED,
        ImportState.FAILED,
    },
    ImportState.STORING: {
        ImportState.READING,
        ImportState.DONE,
        ImportState.REFUSED,
        ImportState.FAILED,
    },
    ImportState.DONE: set[ImportState](),
}


class FileImportQuerySet(models.QuerySet["FileImport"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the imports at assets that ``actor`` may read."""
        return self.filter(within_reach(actor, "asset__path"))

    def unfinished(self) -> Self:
        """Keep the imports that a worker is still to end."""
        return self.filter(state__in=[ImportState.QUEUED, ImportState.READING, ImportState.STORING])


class FileImport(models.Model):
    """A file, where it belongs, how it is read and what became of it.

    Attributes:
        asset: beneath which the sensors are that it goes into, and by which it is seen.
        document: a ``FileMapping``, once somebody asked for the import.
        n_rows, n_lines: how many rows were read, and how many lines there are as far as known.
        report: what was stored for each sensor, or what is wrong; see ``pipeline.importing``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        max_length=16, choices=ImportState, default=ImportState.BROUGHT, editable=False
    )
    document: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True, editable=False
    )
    n_rows = models.PositiveIntegerField(default=0, editable=False)
    n_lines = models.PositiveIntegerField(null=True, editable=False)
    report: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True, editable=False
    )
    brought_by = models.CharField(max_length=100, editable=False)
    brought_at = models.DateTimeField(editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = models.Manager.from_queryset(FileImportQuerySet)()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["asset", "-brought_at"], name="file_import_by_asset")]

    def __str__(self) -> str:
        return self.file_name

    def move_on(self, state: ImportState, *, at: datetime | None = None) -> None:
        """Go to ``state``; the caller saves. ``at``: when it ended, for a state that is an end."""
        if state not in _MAY_FOLLOW[ImportState(self.state)]:
            raise ValueError(f"a file import that is {self.state} does not become {state}")
        self.state, self.finished_at = state, at

    @property
    def is_unfinished(self) -> bool:
        """A worker is still to end it."""
        return self.state in (ImportState.QUEUED, ImportState.READING, ImportState.STORING)

    @property
    def may_be_asked(self) -> bool:
        """It may be mapped and imported, if its content is still here."""
        return self.state in (ImportState.BROUGHT, ImportState.REFUSED, ImportState.FAILED)


class FileContent(models.Model):
    """The bytes of a file, in its tenant's schema: there until they are imported, or a day old.

    In the database rather than on a disk, so that a worker on another machine finds them, they go
    in the transaction that stores what they say, and no path leads to another tenant's.
    """

    of = models.OneToOneField(
        FileImport, on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    body = models.BinaryField()

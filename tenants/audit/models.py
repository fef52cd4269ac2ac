"""Entries of the audit trail. In the public schema: of the platform's operators."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One change of one row. The database refuses to change or delete an entry.

    The subject is named, not referred to: an entry outlives the row it is about.

    Attributes:
        actor: ``"user:17"``, ``"token:lst_1a2b3c4d"``, or ``"platform"`` for a command.
        verb: the service that did it, such as ``"rotate_token"``.
        before: values that were, for what changed or went; by name of the field.
        after: values that are since, for what changed or came.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.subject_name}"

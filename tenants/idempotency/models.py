"""What is kept of a request that came with an idempotency key."""

from django.db import models


class RememberedRequest(models.Model):
    """One effect. The row is written in the transaction of the effect.

    Keys belong to who sent them: ``actor`` is a token's or a person's name, and the schema
    the tenant's.
    """

    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="request_once")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.key}"

"""Which source is believed where several tell of one event."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assets.models import Source
from tenants.audit.services import record, values_of
from tenants.permissions import Actor, Permission


@transaction.atomic
def rank_source(*, actor: Actor, source: Source) -> None:
    """Save the rank of ``source``: of several that tell of one event the lowest counts.

    Sources are the whole tenant's, and so is their order.

    Raises:
        PermissionDenied: ``actor`` may not manage the whole tenant.
        ValidationError: the rank is no small number.
    """
    if not actor.may_everywhere(Permission.ASSET_MANAGE):
        raise PermissionDenied(f"{actor.name} may not rank the tenant's sources")
    source.full_clean()
    before = Source.objects.select_for_update().get(pk=source.pk)
    source.save(update_fields=["rank"])
    record(
        actor=actor,
        verb="rank_source",
        subject=source,
        before=values_of(before, "rank"),
        after=values_of(source, "rank"),
    )

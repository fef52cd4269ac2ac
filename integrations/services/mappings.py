"""Mappings under a name, so that the next file of a form is read without being mapped anew."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assets.access import authorise_on
from assets.models import Asset
from integrations.ingest.mapping import FileMapping, head_digest
from integrations.models import ImportMapping
from integrations.services.files import sensors_of
from tenants.audit.services import record, values_of
from tenants.permissions import Actor, Permission


@transaction.atomic
def keep_mapping(
    *,
    actor: Actor,
    asset: Asset | None,
    name: str,
    columns: Sequence[str],
    mapping: FileMapping,
) -> ImportMapping:
    """Keep ``mapping`` under ``name``, in place of the one that has it there.

    Args:
        asset: whose it is, and beneath which its sensors are; None for the whole tenant's.
        columns: head of the file that it was made for.

    Raises:
        PermissionDenied: ``actor`` may not record readings there.
        ValidationError: the name is empty or too long, or a sensor is not there.
    """
    _authorise(actor, asset)
    sensors_of(actor, asset, mapping)
    kept = ImportMapping.objects.filter(asset=asset, name=name).first()
    before = values_of(kept, "document") if kept is not None else None
    row = kept or ImportMapping(asset=asset, name=name)
    row.document = mapping.model_dump(mode="json")
    row.head_digest = head_digest(list(columns))
    row.full_clean()
    row.save()
    after = values_of(row, "document")
    record(actor=actor, verb="keep_mapping", subject=row, before=before, after=after)
    return row


@transaction.atomic
def remove_mapping(*, actor: Actor, mapping: ImportMapping) -> None:
    """Remove ``mapping``; files that were imported by it stay as they are.

    Raises:
        PermissionDenied: ``actor`` may not record readings where it is kept.
    """
    _authorise(actor, mapping.asset)
    before = values_of(mapping, "name", "document")
    record(actor=actor, verb="remove_mapping", subject=mapping, before=before)
    mapping.delete()


def mappings_for(*, actor: Actor, asset: Asset) -> list[ImportMapping]:
    """Return the mappings that a file for ``asset`` may be read by, by name.

    They are kept at the asset, above it, beneath it or for the whole tenant; those alone that
    ``actor`` may see.
    """
    visible = ImportMapping.objects.visible_to(actor).select_related("asset").order_by("name", "pk")
    return [
        each
        for each in visible
        if each.asset is None
        or asset.path.startswith(each.asset.path)
        or each.asset.path.startswith(asset.path)
    ]


def matching(mappings: Sequence[ImportMapping], columns: Sequence[str]) -> ImportMapping | None:
    """Return the one of ``mappings`` that was kept last for files with this head."""
    wanted = head_digest(list(columns))
    found = [each for each in mappings if each.head_digest == wanted]
    return max(found, key=lambda each: each.updated_at, default=None)


def _authorise(actor: Actor, asset: Asset | None) -> None:
    if asset is not None:
        authorise_on(actor, Permission.BELIEF_RECORD, asset)
    elif not actor.may_everywhere(Permission.BELIEF_RECORD):
        raise PermissionDenied(f"{actor.name} may not keep mappings of the whole tenant")

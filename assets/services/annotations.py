"""Annotations: said, changed and taken back by those who may record readings there."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assets.access import authorise_on
from assets.models import Annotation, AnnotationType, Asset, Sensor
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

_CHANGEABLE: Final = ("text", "annotation_type", "start", "end")
_OF_ANNOTATION: Final = (*_CHANGEABLE, "asset_id", "sensor_id")


@transaction.atomic
def add_annotation(
    *,
    actor: Actor,
    text: str,
    annotation_type: AnnotationType,
    start: datetime,
    end: datetime,
    asset: Asset | None = None,
    sensor: Sensor | None = None,
) -> Annotation:
    """Say ``text`` of [start, end) of a sensor, else of an asset, else of the whole tenant.

    Raises:
        PermissionDenied: ``actor`` may not record readings there.
        ValidationError: the text is empty or too long, the end not after the start, or the
            sensor at another asset.
    """
    if sensor is not None and asset is not None and sensor.asset_id != asset.pk:
        raise wrong("sensor", f"{sensor} is not at {asset}", code="inconsistent")
    row = Annotation(
        text=text,
        annotation_type=annotation_type,
        start=start,
        end=end,
        asset=asset if sensor is None else sensor.asset,
        sensor=sensor,
        made_by=actor.name,
    )
    _authorise(actor, row)
    _check(row)
    row.save()
    made = values_of(row, *_OF_ANNOTATION)
    record(actor=actor, verb="add_annotation", subject=row, after=made)
    return row


@transaction.atomic
def change_annotation(*, actor: Actor, annotation: Annotation) -> None:
    """Save text, type and interval of ``annotation``; of what it is said stays.

    Raises:
        as ``add_annotation``.
    """
    before = Annotation.objects.select_for_update(of=("self",)).get(pk=annotation.pk)
    _authorise(actor, before)
    _check(annotation)
    annotation.save(update_fields=[*_CHANGEABLE, "updated_at"])
    record(
        actor=actor,
        verb="change_annotation",
        subject=annotation,
        before=values_of(before, *_CHANGEABLE),
        after=values_of(annotation, *_CHANGEABLE),
    )


@transaction.atomic
def remove_annotation(*, actor: Actor, annotation: Annotation) -> None:
    """Take ``annotation`` back.

    Raises:
        PermissionDenied: ``actor`` may not record readings there.
    """
    _authorise(actor, annotation)
    was = values_of(annotation, *_OF_ANNOTATION)
    record(actor=actor, verb="remove_annotation", subject=annotation, before=was)
    Annotation.objects.filter(pk=annotation.pk).delete()


def _authorise(actor: Actor, annotation: Annotation) -> None:
    if annotation.asset is not None:
        authorise_on(actor, Permission.BELIEF_RECORD, annotation.asset)
    elif not actor.may_everywhere(Permission.BELIEF_RECORD):
        raise PermissionDenied(f"{actor.name} may not speak for the whole tenant: name an asset")


def _check(annotation: Annotation) -> None:
    for name in ("start", "end"):
        moment = getattr(annotation, name)
        if moment is not None and moment.tzinfo is None:
            raise wrong(name, "needs a time zone: add an offset", code="naive")
    annotation.full_clean(validate_constraints=False)
    if annotation.end <= annotation.start:
        raise wrong("end", "the end is not after the start", code="window")

"""Annotations in the public interface."""

from datetime import datetime

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import UNSET, relay
from strawberry_django.relay import DjangoCursorConnection

from assets import models, services
from assets.graphql.enums import AnnotationType
from assets.graphql.types import AssetNode, SensorNode
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.filters import (
    ChoiceLookup,
    TextLookup,
    TimeLookup,
    condition,
    filter_type,
    refers_to,
)
from tenants.graphql.given import given_of
from tenants.graphql.lookup import find_visible, visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.payloads import MutationInput, Payload
from tenants.graphql.types import VisibleNode, node_field
from tenants.permissions import Permission

_TEXT = "What is said, up to 2,000 characters."


@strawberry_django.type(
    models.Annotation,
    name="Annotation",
    description="What is said of an interval: of a sensor, of an asset, or of the whole tenant.",
)
class AnnotationNode(VisibleNode):
    text: str = strawberry_django.field(description=_TEXT)
    annotation_type: AnnotationType = strawberry_django.field(description="What kind of saying.")
    start: datetime = strawberry_django.field(description="Beginning of the interval.")
    end: datetime = strawberry_django.field(description="Its end, not part of it.")
    asset: AssetNode | None = strawberry_django.field(
        description="Of which asset; null for the whole tenant."
    )
    sensor: SensorNode | None = strawberry_django.field(
        description="Of which sensor; null for all of the asset."
    )
    made_by: str = strawberry_django.field(
        description="Who said it, as the audit trail names them."
    )
    updated_at: datetime = strawberry_django.field(
        description="When it last changed; order and filter by it to keep a copy in step."
    )


@filter_type(
    models.Annotation,
    name="AnnotationFilter",
    description="Which annotations; all conditions hold. What touches an interval begins before "
    "its end and ends after its start: `{start: {lt: ...}, end: {gt: ...}}`.",
)
class AnnotationFilter:
    text: TextLookup | None = condition("By their text.")
    annotation_type: ChoiceLookup[AnnotationType] | None = condition("By their kind.")
    start: TimeLookup | None = condition("By their beginning.")
    end: TimeLookup | None = condition("By their end.")
    updated_at: TimeLookup | None = condition("By when they last changed.")

    @strawberry_django.filter_field(description="Of this asset, or of a sensor at it.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.Asset, f"{prefix}asset_id", info)

    @strawberry_django.filter_field(description="Of this sensor.")
    def sensor(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.Sensor, f"{prefix}sensor_id", info)

    @strawberry_django.filter_field(description="Of this asset or of what hangs under it.")
    def beneath(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        root = find_visible(models.Asset, value, info)
        return Q(**{f"{prefix}asset__path__startswith": root.path}) if root else Q(pk__in=[])


@strawberry_django.order_type(
    models.Annotation,
    name="AnnotationOrder",
    description="By which key; several in a list, first to last.",
)
class AnnotationOrder(Keys):
    start: Direction | None = key()
    end: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class AnnotationsQuery:
    annotation: AnnotationNode | None = node_field(
        description="One annotation, if it is yours to see."
    )
    annotations: DjangoCursorConnection[AnnotationNode] = connection(
        filters=AnnotationFilter,
        ordering=AnnotationOrder,
        description="Annotations that you may see; those of the whole tenant too.",
    )


@strawberry.input(description="What to say, and of what.")
class AddAnnotationInput(MutationInput):
    text: str = strawberry.field(description=_TEXT)
    annotation_type: AnnotationType = strawberry.field(
        default=AnnotationType.NOTE, description="What kind of saying."
    )
    start: datetime = strawberry.field(description="Beginning of the interval, with an offset.")
    end: datetime = strawberry.field(description="Its end, not part of it, after the start.")
    asset: relay.GlobalID | None = strawberry.field(
        default=None,
        description="Of which asset. Without it and without `sensor`, of the whole tenant.",
    )
    sensor: relay.GlobalID | None = strawberry.field(
        default=None, description="Of which sensor; its asset need not be named."
    )


@strawberry.input(description="What to change; what is left out stays.")
class ChangeAnnotationInput(MutationInput):
    annotation: relay.GlobalID = strawberry.field(description="Which.")
    text: str | None = strawberry.field(default=UNSET, description=_TEXT)
    annotation_type: AnnotationType | None = strawberry.field(
        default=UNSET, description="What kind of saying."
    )
    start: datetime | None = strawberry.field(
        default=UNSET, description="Beginning of the interval, with an offset."
    )
    end: datetime | None = strawberry.field(
        default=UNSET, description="Its end, not part of it, after the start."
    )


@strawberry.input(description="What to take back.")
class RemoveAnnotationInput(MutationInput):
    annotation: relay.GlobalID = strawberry.field(description="Which.")


@strawberry.type(description="What was taken back.")
class RemovedAnnotation:
    annotation: str = strawberry.field(description="Its identifier, which names nothing any more.")


@strawberry.type(description="The annotation, or why there is none.")
class AddAnnotationPayload(Payload[AnnotationNode]):
    pass


@strawberry.type(description="The annotation as it is now, or why it is as before.")
class ChangeAnnotationPayload(Payload[AnnotationNode]):
    pass


@strawberry.type(description="What was taken back, or why it was not.")
class RemoveAnnotationPayload(Payload[RemovedAnnotation]):
    pass


@strawberry.type
class AnnotationsMutation:
    @mutation(
        AddAnnotationPayload,
        needs=Permission.BELIEF_RECORD,
        description="Say something of an interval: of a sensor, of an asset, or of the whole "
        "tenant, which takes the right on all of it.",
    )
    def add_annotation(self, info: Info, input: AddAnnotationInput) -> models.Annotation:
        asset = sensor = None
        if input.asset is not None:
            asset = visible_row(models.Asset, input.asset, info, field="asset")
        if input.sensor is not None:
            sensor = visible_row(models.Sensor, input.sensor, info, field="sensor")
        return services.add_annotation(
            actor=info.context.actor,
            text=input.text,
            annotation_type=input.annotation_type,
            start=input.start,
            end=input.end,
            asset=asset,
            sensor=sensor,
        )

    @mutation(
        ChangeAnnotationPayload,
        needs=Permission.BELIEF_RECORD,
        description="Change what is said of an interval, its kind, or the interval.",
    )
    def change_annotation(self, info: Info, input: ChangeAnnotationInput) -> models.Annotation:
        row = visible_row(models.Annotation, input.annotation, info, field="annotation")
        for name, given in given_of(input, "text", "annotation_type", "start", "end").items():
            setattr(row, name, given)
        services.change_annotation(actor=info.context.actor, annotation=row)
        return row

    @mutation(
        RemoveAnnotationPayload,
        needs=Permission.BELIEF_RECORD,
        description="Take back what is said of an interval.",
    )
    def remove_annotation(self, info: Info, input: RemoveAnnotationInput) -> RemovedAnnotation:
        row = visible_row(models.Annotation, input.annotation, info, field="annotation")
        services.remove_annotation(actor=info.context.actor, annotation=row)
        return RemovedAnnotation(annotation=str(input.annotation))

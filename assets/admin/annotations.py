"""Annotations, in a list of their own."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assets import services
from assets.models import Annotation, AnnotationType
from tenants.accounts.actors import actor_of
from tenants.admin.service_form import ServiceAdmin, ServiceForm

_OF: Final = ("asset", "sensor")


class AnnotationForm(ServiceForm[Annotation]):
    class Meta:
        model = Annotation
        fields = ["text", "annotation_type", "start", "end", *_OF]

    def store(self) -> Annotation:
        given = self.instance
        if given.pk is not None:
            services.change_annotation(actor=self.actor, annotation=given)
            return given
        return services.add_annotation(
            actor=self.actor,
            text=given.text,
            annotation_type=AnnotationType(given.annotation_type),
            start=given.start,
            end=given.end,
            asset=given.asset,
            sensor=given.sensor,
        )


@admin.register(Annotation)
class AnnotationAdmin(ServiceAdmin[Annotation]):
    form = AnnotationForm
    fields = ["text", "annotation_type", "start", "end", *_OF]
    list_display = ["__str__", "annotation_type", "start", "end", "asset", "sensor", "made_by"]
    list_filter = ["annotation_type"]
    list_select_related = ["asset", "sensor__asset"]
    search_fields = ["text"]
    autocomplete_fields = [*_OF]
    ordering = ["-start", "-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Annotation | None = None) -> list[str]:
        return [*_OF] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Annotation | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Annotation) -> None:
        services.remove_annotation(actor=actor_of(request.user), annotation=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Annotation, Any]) -> None:
        for annotation in queryset.select_related("asset"):
            self.delete_model(request, annotation)

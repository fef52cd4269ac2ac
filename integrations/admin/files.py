"""Admin of files that people bring, and of kept mappings: looked at here, done by services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Media, Script
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from integrations import services
from integrations.models import FileImport, ImportMapping, ImportState
from tenants.accounts.actors import actor_of
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.database import connection


class FileForm(ServiceForm[FileImport]):
    """A file, and beneath which asset its sensors are."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV, Excel (.xlsx), DSMR P1 telegrams or Green Button, at most 30 MB. Nothing "
        "is stored before you have seen how it is read.",
    )
    default_field = "file"

    class Meta:
        model = FileImport
        fields = ["asset"]
        help_texts = {"asset": "Beneath which the sensors are, and who sees it sees the file."}

    def store(self) -> FileImport:
        given = self.cleaned_data["file"]
        given.seek(0)  # it is tried before it is kept
        return services.bring_file(
            actor=self.actor,
            asset=self.instance.asset,
            name=str(given.name),
            content=given.read(services.MAX_FILE_BYTES + 1),
            now=timezone.now(),
        )


@admin.register(FileImport)
class FileImportAdmin(ServiceAdmin[FileImport]):
    form = FileForm
    list_display = ["file_name", "asset", "shown_state", "brought_at", "brought_by", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["asset"]
    search_fields = ["file_name", "asset__name"]
    autocomplete_fields = ["asset"]
    ordering = ["-brought_at", "pk"]
    show_full_result_count = False

    @display(
        description="state",
        ordering="state",
        label={
            ImportState.BROUGHT.label: "info",
            ImportState.QUEUED.label: "info",
            ImportState.READING.label: "warning",
            ImportState.STORING.label: "warning",
            ImportState.DONE.label: "success",
            ImportState.REFUSED.label: "danger",
            ImportState.FAILED.label: "danger",
        },
    )
    def shown_state(self, file: FileImport) -> str:
        return ImportState(file.state).label

    def save_model(
        self,
        request: HttpRequest,
        obj: FileImport,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        kept = form.store()
        obj.pk, obj.file_name = kept.pk, kept.file_name

    def response_add(
        self, request: HttpRequest, obj: FileImport, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect("admin:integrations_fileimport_change", obj.pk)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            answer: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
            return answer
        return self._file(request, object_id)

    def _file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asked = self._asked(request, object_id)
        file = asked.file
        try:
            if request.method != "POST":
                page = services.show_file(asked, chosen=request.GET.get("mapping", ""))
                return self._shown(request, page)
            if request.POST.get("action") == "discard":
                services.discard_file(actor=asked.actor, file=file)
                return redirect("admin:integrations_fileimport_changelist")
            done = services.act_on_file(asked, request.POST.dict())
        except ValidationError as refusal:
            self.message_user(request, "; ".join(refusal.messages), messages.ERROR)
            return redirect("admin:integrations_fileimport_change", file.pk)
        if done is None:
            return redirect("admin:integrations_fileimport_change", file.pk)
        return self._shown(request, done)

    def _asked(self, request: HttpRequest, object_id: str) -> services.Asked:
        actor = actor_of(request.user)
        file = self.get_object(request, object_id)
        if file is None or not FileImport.objects.visible_to(actor).filter(pk=file.pk).exists():
            raise Http404("no such file")
        if not self.has_view_permission(request, file):
            raise PermissionDenied
        return services.Asked(
            actor=actor,
            file=file,
            language=get_language_from_request(request),
            currency=connection.tenant.currency,
            now=timezone.now(),
        )

    def _shown(self, request: HttpRequest, page: services.FilePage) -> HttpResponse:
        media = Media(
            css={"all": ["integrations/files.css"]},
            js=[Script("integrations/files.js", type="module")],  # type: ignore[list-item]
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"{page.file.file_name}, {page.file.asset}",
            "opts": self.opts,
            "media": self.media + media,
            "original": page.file,
            "page": page,
        }
        status = 400 if page.errors else 200
        return TemplateResponse(request, "integrations/admin/file.html", context, status=status)


@admin.register(ImportMapping)
class ImportMappingAdmin(ModelAdmin[ImportMapping]):
    """Made on the page of a file; looked at and removed here."""

    list_display = ["name", "asset", "updated_at"]
    list_select_related = ["asset"]
    fields = ["name", "asset", "document", "updated_at"]
    search_fields = ["name", "asset__name"]
    ordering = ["name", "pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportMapping | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: ImportMapping) -> None:
        services.remove_mapping(actor=actor_of(request.user), mapping=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for mapping in queryset:
            services.remove_mapping(actor=actor_of(request.user), mapping=mapping)

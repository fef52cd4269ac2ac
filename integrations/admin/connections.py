"""Admin of connections: settings go in and are never shown again."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from integrations import services
from integrations.connectors.base import CONNECTORS
from integrations.models import Binding, Connection
from tenants.accounts.actors import actor_of
from tenants.queries import usable


class ConnectionForm(forms.ModelForm[Connection]):
    connector = forms.ChoiceField(choices=lambda: [(name, name) for name in usable(CONNECTORS)])
    new_settings = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text="JSON; kept encrypted and not shown again. Empty keeps what is there.",
    )

    class Meta:
        model = Connection
        fields = ["name", "connector"]

    def clean_new_settings(self) -> dict[str, Any] | None:
        text: str = self.cleaned_data["new_settings"]
        if not text:
            if self.instance.pk is None:
                raise ValidationError("a new connection needs settings")
            return None
        try:
            settings = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValidationError(f"not JSON: {error.msg} at line {error.lineno}") from None
        if not isinstance(settings, dict):
            raise ValidationError("an object of settings is right, {...}")
        try:
            services.parse_settings(self.cleaned_data.get("connector", ""), settings)
        except ValidationError as error:
            raise ValidationError(
                [f"{path}: {'; '.join(said)}" for path, said in error.message_dict.items()]
            ) from None
        return settings


class BindingInline(TabularInline[Binding, Connection]):
    model = Binding
    extra = 0
    autocomplete_fields = ["sensor"]


@admin.register(Connection)
class ConnectionAdmin(ModelAdmin[Connection]):
    form = ConnectionForm
    inlines = [BindingInline]
    list_display = ["name", "connector", "read_until", "stopped_at", "last_error"]
    readonly_fields = ["read_until", "stopped_at", "last_error"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[str]:
        # Settings are sealed for the name: a new name would need them again.
        return [*self.readonly_fields, *(["name"] if obj else [])]

    def save_model(
        self,
        request: HttpRequest,
        obj: Connection,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        settings = form.cleaned_data["new_settings"]
        if settings is None:
            return
        try:
            kept = services.keep_connection(
                actor=actor_of(request.user),
                name=obj.name,
                connector=obj.connector,
                settings=settings,
            )
        except PermissionDenied as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        obj.pk, obj.sealed_settings = kept.pk, kept.sealed_settings

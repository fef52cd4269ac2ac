"""Remote models: where they are and what requests are signed with; never shown again."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from forecasting import services
from forecasting.models import RemoteModel
from tenants.admin.service_form import ServiceAdmin, ServiceForm


class RemoteModelForm(ServiceForm[RemoteModel]):
    url = forms.CharField(
        max_length=500, help_text="https, on the public internet; kept encrypted, not shown again."
    )
    secret = forms.CharField(
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="What requests are signed with, 24 characters or more; not shown again.",
    )

    class Meta:
        model = RemoteModel
        fields = ["name"]

    def store(self) -> RemoteModel:
        return services.keep_remote_model(
            actor=self.actor,
            name=self.instance.name,
            url=self.cleaned_data["url"],
            secret=self.cleaned_data["secret"],
        )


@admin.register(RemoteModel)
class RemoteModelAdmin(ServiceAdmin[RemoteModel]):
    form = RemoteModelForm
    fields = ["name", "url", "secret"]
    list_display = ["name", "host"]
    search_fields = ["name", "host"]
    ordering = ["name"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: RemoteModel | None = None
    ) -> list[str]:
        # Sealed for the name; plans ask for it by the name.
        return ["name"] if obj else []

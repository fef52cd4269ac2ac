"""Tenants with their hosts, plans and brands. A tenant is made, stopped and served by services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from tenants import services
from tenants.admin.site import public_site
from tenants.models import Brand, Domain, Plan, Tenant


class NewTenantForm(forms.ModelForm[Tenant]):
    """What a new tenant needs: its row, and the host under which it is served.

    The tenant is made when the form is found valid, because making it is what tells whether
    its names are free.
    """

    domain = forms.CharField(
        max_length=253, widget=UnfoldAdminTextInputWidget(), help_text="Such as energy.example.org"
    )

    class Meta:
        model = Tenant
        fields = ["schema_name", "name", "plan", "currency", "time_zone"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        try:
            self.made = services.create_tenant(
                operator="admin", now=timezone.now(), **self.cleaned_data
            )
        except ValidationError as error:
            self._say(error)
        return given

    def _say(self, error: ValidationError) -> None:
        for field, words in error.update_error_dict({}).items():
            self.add_error(field if field in self.fields else None, words)

    def _post_clean(self) -> None:
        # The row is the service's, and checked there.
        if hasattr(self, "made"):
            self.instance = self.made

    def save(self, commit: bool = True) -> Tenant:  # noqa: FBT001, FBT002
        return self.made


class DomainInline(TabularInline[Domain, Tenant]):
    model = Domain
    extra = 0


class BrandInline(StackedInline[Brand, Tenant]):
    model = Brand
    extra = 0
    can_delete = False


@admin.register(Tenant, site=public_site)
class TenantAdmin(ModelAdmin[Tenant]):
    fields = ["schema_name", "name", "plan", "currency", "time_zone", "created_at", "suspended_at"]
    readonly_fields = ["schema_name", "created_at", "suspended_at"]
    list_display = ["name", "schema_name", "plan", "shown_state", "time_zone", "created_at"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "schema_name", "domains__domain"]
    ordering = ["name"]
    actions = ["suspend", "activate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).filter(is_template=False)

    def get_form(
        self,
        request: HttpRequest,
        obj: Tenant | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewTenantForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        if obj is None:
            return ["schema_name", "name", "domain", "plan", "currency", "time_zone"]
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[str]:
        return self.readonly_fields if obj else []

    def get_inlines(self, request: HttpRequest, obj: Tenant | None) -> Any:
        return [DomainInline, BrandInline] if obj else []

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            super().save_related(request, form, formsets, change)

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        # There is no way back: a command asks for the name twice.
        return False

    @display(description="state", label={"served": "success", "suspended": "danger"})
    def shown_state(self, tenant: Tenant) -> str:
        return "suspended" if tenant.suspended_at else "served"

    @admin.action(description="Suspend: hosts answer no more, jobs wait", permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        """Stop serving the chosen tenants."""
        for tenant in queryset:
            try:
                services.suspend_tenant(operator=_name(request), tenant=tenant, now=timezone.now())
            except ValidationError as error:
                self.message_user(request, f"{tenant}: {error.messages[0]}", messages.ERROR)
            else:
                self.message_user(request, f"{tenant}: suspended", messages.SUCCESS)

    @admin.action(description="Serve again", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        """Serve the chosen tenants again."""
        for tenant in queryset:
            services.activate_tenant(operator=_name(request), tenant=tenant)
            self.message_user(request, f"{tenant}: served again", messages.SUCCESS)


@admin.register(Domain, site=public_site)
class DomainAdmin(ModelAdmin[Domain]):
    list_display = ["domain", "tenant", "is_primary"]
    list_select_related = ["tenant"]
    search_fields = ["domain", "tenant__name"]
    ordering = ["domain"]


@admin.register(Plan, site=public_site)
class PlanAdmin(ModelAdmin[Plan]):
    list_display = ["name", "max_running_jobs", "job_weight", "retention_days"]
    search_fields = ["name"]
    ordering = ["name"]


@admin.register(Brand, site=public_site)
class BrandAdmin(ModelAdmin[Brand]):
    list_display = ["display_name", "tenant", "primary_colour", "accent_colour"]
    list_select_related = ["tenant"]
    search_fields = ["display_name", "tenant__name"]
    ordering = ["display_name"]


def _name(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"

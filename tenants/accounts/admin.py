"""Admin of people and customers, for a tenant's operators. Tokens: see ``assets.admin``."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from tenants.accounts.actors import actor_of
from tenants.accounts.models import Customer, Membership, User
from tenants.audit.services import record, values_of


class UserForm(forms.ModelForm[User]):
    new_password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the present one.",
    )

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_staff"]

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002
        if self.cleaned_data["new_password"]:
            self.instance.set_password(self.cleaned_data["new_password"])
        elif not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit=commit)


class MembershipInline(TabularInline[Membership, User]):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(ModelAdmin[User]):
    form = UserForm
    inlines = [MembershipInline]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "name"]
    ordering = ["email"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        form.before = _account(User.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Save the memberships, and keep all that changed in the audit trail."""
        super().save_related(request, form, formsets, change)
        after = _account(form.instance)
        if form.cleaned_data["new_password"]:
            after["has_new_password"] = True
        record(
            actor=actor_of(request.user),
            verb="change_person" if change else "add_person",
            subject=form.instance,
            before=form.before,
            after=after,
        )

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        record(
            actor=actor_of(request.user), verb="remove_person", subject=obj, before=_account(obj)
        )
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)


def _account(user: User) -> dict[str, Any]:
    """Return what the audit trail keeps of a person."""
    memberships = user.memberships.select_related("customer").order_by("pk")
    return {
        **values_of(user, "email", "name", "is_active", "is_staff"),
        "memberships": [f"{each.role} of {each.customer or 'everything'}" for each in memberships],
    }


@admin.register(Customer)
class CustomerAdmin(ModelAdmin[Customer]):
    """Customers are made together with their portfolio (``assets.services.add_customer``)."""

    list_display = ["name", "root_path", "created_at"]
    readonly_fields = ["root_path", "created_at"]
    search_fields = ["name"]
    ordering = ["name"]

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:  # noqa: FBT001
        before = values_of(Customer.objects.get(pk=obj.pk), "name")
        super().save_model(request, obj, form, change)
        record(
            actor=actor_of(request.user),
            verb="rename_customer",
            subject=obj,
            before=before,
            after=values_of(obj, "name"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

"""Tokens of the interface: issued, rotated and revoked by services.

On this floor, since a token may be narrowed to an asset. A key is shown once, in the message
after it is issued.
"""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from assets.models import Asset
from tenants.accounts.actors import actor_of
from tenants.accounts.models import ApiToken
from tenants.accounts.tokens import IssuedToken, issue_token, revoke_token, rotate_token
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.permissions import Permission, Role

_HOURS_OF_OVERLAP: Final = 168


class TokenForm(ServiceForm[ApiToken]):
    """What a new token is for, and how far it reaches."""

    scopes = forms.TypedMultipleChoiceField(
        choices=Permission.choices,
        coerce=Permission,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Rights of the role to which it is narrowed; none for all of them.",
    )
    beneath = forms.ModelChoiceField(
        queryset=Asset.objects.all(),
        required=False,
        # The chooser is made for relations: that of an asset to an asset finds the same rows.
        widget=AutocompleteSelect(Asset._meta.get_field("parent"), admin.site),
        help_text="The asset beneath which alone it is good; none for all of its customer's.",
    )
    default_field = "beneath"

    class Meta:
        model = ApiToken
        fields = ["name", "customer", "role", "expires_at", "points_per_minute"]
        help_texts = {
            "customer": "Whose it is; none for the whole tenant.",
            "expires_at": "Within a year; none for in a year.",
            "points_per_minute": "What it may spend; none for what the plan says.",
        }

    issued: IssuedToken

    def store(self) -> ApiToken:
        given, beneath = self.instance, self.cleaned_data["beneath"]
        self.issued = issue_token(
            actor=self.actor,
            name=given.name,
            role=Role(given.role),
            customer=given.customer,
            now=timezone.now(),
            expires_at=given.expires_at,
            scopes=self.cleaned_data["scopes"],
            subtree=beneath.path if beneath else "",
            points_per_minute=given.points_per_minute,
        )
        return self.issued.token


@admin.register(ApiToken)
class ApiTokenAdmin(ServiceAdmin[ApiToken]):
    form = TokenForm
    fieldsets = [
        (None, {"fields": ["name", "prefix", "customer", "beneath", "shown_state"]}),
        ("May", {"fields": ["role", "scopes", "points_per_minute"]}),
        (
            "Times",
            {"fields": ["created_at", "expires_at", "revoked_at", "last_used_at", "predecessor"]},
        ),
    ]
    list_display = [
        "prefix",
        "name",
        "customer",
        "role",
        "shown_state",
        "expires_at",
        "last_used_at",
    ]
    list_filter = ["role", "customer"]
    list_select_related = ["customer"]
    search_fields = ["name", "prefix"]
    autocomplete_fields = ["customer"]
    ordering = ["-created_at", "-id"]
    actions = ["rotate_at_once", "rotate_in_a_week", "revoke"]

    def get_fieldsets(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            return self.fieldsets
        chosen = ["name", "customer", "beneath", "role", "scopes"]
        return [(None, {"fields": [*chosen, "points_per_minute", "expires_at"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        return [name for _, group in self.fieldsets for name in group["fields"]] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        obj.prefix = form.issued.token.prefix
        self._tell_key(request, form.issued)

    @display(
        description="state",
        label={"usable": "success", "expired": "warning", "revoked": "danger"},
    )
    def shown_state(self, token: ApiToken) -> str:
        return token.state_at(timezone.now())

    @admin.display(description="beneath")
    def beneath(self, token: ApiToken) -> str:
        asset = Asset.objects.filter(path=token.subtree).first() if token.subtree else None
        return asset.name if asset else "an asset that is gone" if token.subtree else "everything"

    @admin.action(description="Rotate: the old key ends at once", permissions=["add"])
    def rotate_at_once(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Issue successors of the chosen tokens and end these."""
        self._rotate(request, queryset, 0)

    @admin.action(description="Rotate: the old key works for a week more", permissions=["add"])
    def rotate_in_a_week(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Issue successors of the chosen tokens and end these in a week."""
        self._rotate(request, queryset, _HOURS_OF_OVERLAP)

    @admin.action(description="Revoke: the key ends at once", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End the chosen tokens."""

        def act(token: ApiToken) -> None:
            revoke_token(actor=actor_of(request.user), token=token, now=timezone.now())
            self.message_user(request, f"{token}: revoked", messages.SUCCESS)

        self._each(request, queryset, act)

    def _rotate(self, request: HttpRequest, queryset: QuerySet[ApiToken], hours: float) -> None:
        def act(token: ApiToken) -> None:
            actor, now = actor_of(request.user), timezone.now()
            issued = rotate_token(actor=actor, token=token, now=now, overlap_hours=hours)
            self._tell_key(request, issued)

        self._each(request, queryset, act)

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[ApiToken],
        act: Callable[[ApiToken], None],
    ) -> None:
        for token in queryset:
            try:
                act(token)
            except (ValidationError, PermissionDenied) as refusal:
                said = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
                self.message_user(request, f"{token}: {'; '.join(said)}", messages.ERROR)

    def _tell_key(self, request: HttpRequest, issued: IssuedToken) -> None:
        words = f"The key of {issued.token}, shown this once: {issued.key}"
        self.message_user(request, words, messages.WARNING)

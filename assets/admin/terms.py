"""Of what a virtual sensor is put together, on the sensor's page."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import TabularInline

from assets import services
from assets.models import Sensor, Term
from tenants.accounts.actors import actor_of
from tenants.permissions import Actor


class TermFormSet(BaseInlineFormSet[Term, Sensor, Any]):
    """All terms at once, stored by the service; tried and rolled back while they are checked."""

    actor: Actor
    new_objects: list[Term]
    changed_objects: list[tuple[Term, list[str]]]
    deleted_objects: list[Term]

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.has_changed():
            return
        try:
            with transaction.atomic():
                self._store()
                transaction.set_rollback(True)
        except ValidationError as refusal:
            raise ValidationError(
                [f"{path}: {each}" for path, said in refusal.message_dict.items() for each in said]
            ) from refusal
        except PermissionDenied as refusal:
            raise ValidationError(str(refusal)) from refusal

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        if self.has_changed():
            self._store()
        return []

    def _store(self) -> None:
        given = [form.cleaned_data for form in self.forms if form.cleaned_data]
        terms = [
            services.NewTerm(each["sensor"], each["factor"])
            for each in given
            if not each.get("DELETE")
        ]
        services.set_terms(actor=self.actor, sensor=self.instance, terms=terms)


class TermInline(TabularInline[Term, Sensor]):
    model = Term
    fk_name = "virtual"
    formset = TermFormSet
    extra = 0
    fields = ["sensor", "factor"]
    autocomplete_fields = ["sensor"]
    verbose_name_plural = "put together from (of a virtual sensor)"

    def get_formset(self, request: HttpRequest, obj: Sensor | None = None, **kwargs: Any) -> Any:
        made = super().get_formset(request, obj, **kwargs)
        return type(made.__name__, (made,), {"actor": actor_of(request.user)})

"""Forms that store through services, and show what a service refuses at the field it names."""

import copy
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from tenants.accounts.actors import actor_of
from tenants.permissions import Actor

M = TypeVar("M", bound=models.Model)


class ServiceForm(forms.ModelForm[M]):
    """A form whose ``store`` calls one service.

    While the form is checked ``store`` is tried and rolled back, so that a refusal stands at
    its field and nothing is half stored; it is called again to save.
    """

    actor: Actor

    def store(self) -> M:
        """Store ``self.instance`` by a service; return the row."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the hook that Django's own model forms use
        if self.errors:
            return
        given, self.instance = self.instance, copy.copy(self.instance)
        try:
            with transaction.atomic():
                self.store()
                # Inside another transaction this rolls back to where this one began.
                transaction.set_rollback(True)
        except ValidationError as refusal:
            self._tell(refusal)
        except PermissionDenied as refusal:
            self.add_error(None, str(refusal))
        finally:
            self.instance = given

    def _tell(self, refusal: ValidationError) -> None:
        """Put each message at the field that its path begins with, or above the form."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal.messages)
            return
        for path, messages in refusal.message_dict.items():
            name = next((part for part in path.split(".") if part in self.fields), None)
            named = path not in (name, NON_FIELD_ERRORS)
            for message in messages:
                self.add_error(
                    name or self.default_field, f"{path}: {message}" if named else message
                )

    #: Where errors go that name no field of the form.
    default_field: str | None = None


class ServiceAdmin(ModelAdmin[M]):
    """An admin of rows that a ``ServiceForm`` stores."""

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"actor": actor_of(request.user)})

    def save_model(
        self,
        request: HttpRequest,
        obj: M,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        stored = form.store()
        for field in stored._meta.concrete_fields:
            setattr(obj, field.attname, getattr(stored, field.attname))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

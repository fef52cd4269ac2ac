"""Signing in with an address and a password, on the tenant's host."""

from typing import Any

from django import forms
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm

from tenants.accounts.throttle import forget_failures, must_wait, note_failure

_REFUSAL = "This address and password do not belong together. Mind capitals and small letters."
_WAIT = "Too many attempts. Wait a quarter of an hour, then try again."


class SignInForm(AuthenticationForm):
    """One answer to an unknown address and to a wrong password, and to one who may not enter."""

    error_messages = {"invalid_login": _REFUSAL, "inactive": _REFUSAL}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.EmailField(
            label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"})
        )

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "")
        sender = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if must_wait(email, sender):
            raise forms.ValidationError(_WAIT, code="wait")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            note_failure(email, sender)
            raise
        forget_failures(email)
        return cleaned


class SignIn(views.LoginView):
    template_name = "portal/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(views.LogoutView):
    http_method_names = ["post", "options"]

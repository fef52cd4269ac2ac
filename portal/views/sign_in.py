"""Signing in with an address and a password, on the tenant's host."""

from typing import Any

from django import forms
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm

from portal.words import WORDS, words_for
from tenants.accounts.throttle import forget_failures, must_wait, note_failure


class SignInForm(AuthenticationForm):
    """One answer to an unknown address and to a wrong password, and to one who may not enter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.said = WORDS["en"] if self.request is None else words_for(self.request)
        refused = self.said["refused"]
        self.error_messages = {"invalid_login": refused, "inactive": refused}
        self.fields["password"].label = self.said["password"]
        self.fields["username"] = forms.EmailField(
            label=self.said["email"], widget=forms.EmailInput(attrs={"autocomplete": "username"})
        )

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "")
        sender = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if must_wait(email, sender):
            raise forms.ValidationError(self.said["wait"], code="wait")
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

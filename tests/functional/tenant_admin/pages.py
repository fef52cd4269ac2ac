"""Addresses of a tenant's admin, and what its forms say."""

from typing import Any

from django.urls import reverse

OPERATOR = "olga@operator.example"


def address(model: Any, page: str, *args: Any) -> str:
    """Return the path of a model's page."""
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}",
        urlconf="config.urls_tenant",
        args=args,
    )


def errors_of(answer: Any) -> dict[str, list[str]]:
    """Return what the form says, by field; fail if it was saved."""
    assert answer.status_code == 200, answer.headers
    return dict(answer.context["adminform"].form.errors)

"""What every page of the portal knows: whose name it carries, and its words."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.words import language_of, words_for
from tenants.models import Brand


def brand(request: HttpRequest) -> dict[str, Any]:
    """Return the brand of the request's tenant, looked up when a page first shows it."""
    return {"brand": SimpleLazyObject(lambda: brand_of(request))}


def said(request: HttpRequest) -> dict[str, Any]:
    """Return the words of the portal in the reader's language, which that is, and all it speaks."""
    return {
        "said": words_for(request),
        "language": language_of(request),
        "languages": settings.LANGUAGES,
    }


def brand_of(request: HttpRequest) -> Brand:
    """Return the brand of the request's tenant; one with its bare name if it has none."""
    tenant: Any = getattr(request, "tenant", None)
    if tenant is None:
        return Brand(display_name="")
    return Brand.objects.filter(tenant_id=tenant.pk).first() or Brand(display_name=tenant.name)

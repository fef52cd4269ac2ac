"""The tenant's looks: its colours as a style sheet, and pages of errors."""

from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.branding import palette
from portal.context import brand_of
from portal.views.speaking import in_their_language
from portal.words import words_for


@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """Answer the tenant's colours as custom properties, for light and dark."""
    brand = brand_of(request)
    light, dark = (
        _properties(asdict(palette(scheme, brand.primary_colour, brand.accent_colour)))
        for scheme in ("light", "dark")
    )
    css = f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    tag = f'"{sha256(css.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    # By host: two tenants never share a cache's entry.
    headers = {"ETag": tag, "Cache-Control": "public, max-age=300", "Vary": "Host"}
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers=headers)


def _properties(colours: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colours.items())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    """Answer what does not exist and what is not to be seen alike."""
    return _page(request, 404, "not_found")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    """Answer who may see this, but not do it."""
    return _page(request, 403, "forbidden")


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer for an error that nobody expected; the log holds it."""
    # No lookup of any kind: it may be the database that is away.
    return HttpResponse(
        "Something went wrong on our side. It was noted; try again in a minute.\n",
        status=500,
        content_type="text/plain; charset=utf-8",
    )


@in_their_language
def _page(request: HttpRequest, status: int, about: str) -> HttpResponse:
    context: dict[str, Any] = {"status": status, "words": words_for(request)[about]}
    return render(request, "portal/error.html", context, status=status)

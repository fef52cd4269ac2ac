"""Files of measurements that a customer brings for a site."""

import uuid
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.access import authorise_on
from assets.models import Asset
from integrations import services
from integrations.models import FileImport
from portal.views.sites import visible_site
from tenants.accounts.actors import actor_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

_SHOWN: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def site_files(request: HttpRequest, site_id: int) -> HttpResponse:
    """Show the files of a site; keep one that is brought."""
    actor = actor_of(request.user)
    site = visible_site(actor, site_id)
    authorise_on(actor, Permission.BELIEF_RECORD, site)
    words = services.page_words(get_language_from_request(request))
    error = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None:
                raise wrong("file", words["no_file"])
            file = services.bring_file(
                actor=actor,
                asset=site,
                name=str(given.name),
                content=given.read(services.MAX_FILE_BYTES + 1),
                now=timezone.now(),
            )
        except ValidationError as refusal:
            error = "; ".join(refusal.messages)
        else:
            return redirect("portal:file", site.pk, file.pk)
    return _listed(request, actor, site, words, error)


def _listed(
    request: HttpRequest, actor: Actor, site: Asset, words: dict[str, str], error: str
) -> HttpResponse:
    language = get_language_from_request(request)
    visible = FileImport.objects.visible_to(actor).filter(asset=site)
    shown = visible.order_by("-brought_at", "pk")[:_SHOWN]
    context = {
        "site": site,
        "files": [(each, services.state_words(each.state, language)) for each in shown],
        "words": words,
        "error": error,
        "bring_address": request.path,
        "language": language,
    }
    return render(request, "portal/files.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def site_file(request: HttpRequest, site_id: int, file_id: uuid.UUID) -> HttpResponse:
    """Show a file of a site: how it is understood, how it is read, what became of it."""
    actor = actor_of(request.user)
    site = visible_site(actor, site_id)
    authorise_on(actor, Permission.BELIEF_RECORD, site)
    file = _visible_file(actor, site, file_id)
    asked = services.Asked(
        actor=actor,
        file=file,
        language=get_language_from_request(request),
        currency=request.tenant.currency,  # type: ignore[attr-defined]
        now=timezone.now(),
    )
    if request.method != "POST":
        page = services.show_file(asked, chosen=request.GET.get("mapping", ""))
        return _shown(request, site, page, asked)
    if request.POST.get("action") == "discard":
        return _discarded(actor, site, file)
    done = services.act_on_file(asked, request.POST.dict())
    if done is None:
        return redirect("portal:file", site.pk, file.pk)
    return _shown(request, site, done, asked)


def _discarded(actor: Actor, site: Asset, file: FileImport) -> HttpResponse:
    try:
        services.discard_file(actor=actor, file=file)
    except ValidationError:  # it is being imported, or was: its page says so
        return redirect("portal:file", site.pk, file.pk)
    return redirect("portal:files", site.pk)


def _shown(request: HttpRequest, site: Asset, page: Any, asked: services.Asked) -> HttpResponse:
    context = {"site": site, "page": page, "words": page.words, "language": asked.language}
    return render(request, "portal/file.html", context, status=400 if page.errors else 200)


def _visible_file(actor: Actor, site: Asset, file_id: uuid.UUID) -> FileImport:
    files = FileImport.objects.visible_to(actor).select_related("asset")
    file = files.filter(pk=file_id, asset=site).first()
    if file is None:
        raise Http404("no such file")
    return file

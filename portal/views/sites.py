"""The pages of a customer: the sites, and one site's plan."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.models import Asset, AssetType
from integrations.services import page_words
from portal.words import language_of
from scheduling.queries.chart import chart_document, table_columns, table_rows
from scheduling.queries.overview import newest_attempt, newest_run, plan_of
from tenants.accounts.actors import actor_of
from tenants.permissions import Actor, Permission


@require_safe
@login_required
@never_cache
def sites(request: HttpRequest) -> HttpResponse:
    """Show the sites; with a single one, go there."""
    visible = Asset.objects.visible_to(actor_of(request.user))
    found = visible.filter(asset_type=AssetType.SITE).order_by("name", "pk")
    if len(found) == 1:
        return redirect("portal:site", found[0].pk)
    return render(request, "portal/sites.html", {"sites": found})


@require_safe
@login_required
@never_cache
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Show the newest plan of a site beside what was measured."""
    actor = actor_of(request.user)
    shown = visible_site(actor, site_id)
    run, attempt = newest_run(actor, shown), newest_attempt(actor, shown)
    currency = request.tenant.currency  # type: ignore[attr-defined]
    language, zone = language_of(request), ZoneInfo(shown.time_zone)
    context = {
        "site": shown,
        "currency": currency,
        "attempt": attempt if attempt != run else None,
        "failure": attempt.failure_in(language, zone) if attempt else "",
        "plan": None,
        "import_words": _import_words(request, actor, shown),
    }
    if run is not None:
        plan = plan_of(run, now=timezone.now(), language=language)
        context |= {
            "plan": plan,
            "columns": table_columns(plan),
            "rows": table_rows(plan),
            "reasons": [
                (each, each.words(currency=currency, language=language))
                for each in plan.result.reasons
            ],
            "breaches": [(each, each.words(language=language)) for each in plan.result.breaches],
        }
    return render(request, "portal/site.html", context)


@require_safe
@login_required
@never_cache
def site_chart(request: HttpRequest, site_id: int) -> JsonResponse:
    """Answer the chart of a site's newest plan; without panels when there is none."""
    actor = actor_of(request.user)
    shown = visible_site(actor, site_id)
    run = newest_run(actor, shown)
    if run is None:
        return JsonResponse({"panels": []})
    plan = plan_of(run, now=timezone.now(), language=language_of(request))
    return JsonResponse(chart_document(plan))


def _import_words(request: HttpRequest, actor: Actor, site: Asset) -> str:
    """Return what the way to the site's files is called; empty for who may bring none."""
    if not actor.may_on(Permission.BELIEF_RECORD, site.path):
        return ""
    return page_words(get_language_from_request(request))["title"]


def visible_site(actor: Actor, site_id: int) -> Asset:
    """Return the site, as ``actor`` may see it.

    Raises:
        Http404: there is none, or it is not the actor's to see.
    """
    sites = Asset.objects.visible_to(actor).filter(asset_type=AssetType.SITE)
    try:
        return sites.get(pk=site_id)
    except Asset.DoesNotExist:
        raise Http404("no such site") from None

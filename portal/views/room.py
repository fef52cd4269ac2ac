"""A site's room on the grid: which fleet fits behind its connection, and in which hours not."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.models import Asset
from portal.room_form import RoomForm
from portal.room_words import room_words
from portal.views.sites import visible_site
from portal.words import language_of, words_for
from scheduling.models import Study
from scheduling.queries import kept_site, measured_days
from scheduling.queries.studied import studied
from scheduling.services import request_study
from tenants.accounts.actors import actor_of
from tenants.permissions import Actor, Permission


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def room(request: HttpRequest, site_id: int) -> HttpResponse:
    """Show the newest answer and a form; posted to, ask anew."""
    actor = actor_of(request.user)
    site = visible_site(actor, site_id)
    words, zone = room_words(request), ZoneInfo(site.time_zone)
    newest = Study.objects.visible_to(actor).filter(asset=site, asked__study__kind="hosting")
    study = newest.order_by("-requested_at", "-id").first()
    waits = study is not None and study.finished_at is None
    if request.method == "POST":
        form = RoomForm(words, zone, request.POST)
        if waits or (form.is_valid() and _asked(form, actor, site, words)):
            return redirect("portal:room", site.pk)  # a second click asks nothing
    else:
        form = RoomForm(words, zone, initial=_usual(study, site, zone))
    context = {
        "site": site,
        "form": form,
        "study": study,
        "failure": study.failure_in(language_of(request), zone) if study else "",
        "waits": waits,
        "found": studied(study) if study else None,
        "may_ask": actor.may_on(Permission.SCHEDULE_REQUEST, site.path),
        "words": words,
        "said": words_for(request),
    }
    return render(request, "portal/room.html", context, status=400 if form.errors else 200)


def _asked(form: RoomForm, actor: Actor, site: Asset, words: Any) -> bool:
    """Ask, and say whether it was taken; what is wrong is then told by the form."""
    try:
        request_study(actor=actor, asset=site, given=form.study(), now=timezone.now())
    except ValidationError as refusal:
        wrong = next(iter(refusal.message_dict))
        ahead = wrong.endswith("window.end")
        form.add_error("end" if ahead else None, words["future" if ahead else "unknown"])
        return False
    return True


def _usual(study: Study | None, site: Asset, zone: ZoneInfo) -> dict[str, Any]:
    """Return what was asked last, else of the last year that was measured."""
    if study is not None:
        return RoomForm.initial_of(study.asked["study"], zone)
    days = measured_days(kept_site(site, timezone.now()), zone)
    return {"first": days[0], "end": days[1]} if days else {}

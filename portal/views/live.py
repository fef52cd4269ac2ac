"""Tells an open page that its site has a new plan, as server-sent events."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from strawberry.http.streaming import merge_stream_with_heartbeat

from portal.views.sites import visible_site
from scheduling.queries.changes import asset_topic
from scheduling.queries.overview import newest_attempt
from tenants.accounts.access import access_still
from tenants.accounts.actors import actor_of
from tenants.live import AccessEnded, Change, News, NoPlace, Watch, follow, place
from tenants.permissions import Access, Actor

#: A comment that keeps proxies from closing a silent stream.
_HEARTBEAT: Final = ": still here\n\n"


async def site_live(request: HttpRequest, site_id: int) -> HttpResponseBase:
    """Stream an event at the start and whenever the newest run of the site changed.

    Each time it is looked up anew whether the person may see the site; if not, the stream ends
    as it does for a site that does not exist.
    """
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    actor = await sync_to_async(_actor_who_sees)(request, site_id)
    watch = Watch(
        request.tenant.schema_name,  # type: ignore[attr-defined]
        asset_topic(site_id),
        access=partial(_access, request),
        read=partial(_read, site_id),
    )
    return StreamingHttpResponse(
        merge_stream_with_heartbeat(
            partial(_events, watch, actor),
            lambda: _HEARTBEAT,
            settings.LIVE_HEARTBEAT_SECONDS,
            send_initial_heartbeat=False,
        )(),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(watch: Watch[str], actor: Actor) -> AsyncGenerator[str, None]:
    told: str | None = None
    try:
        with place(watch.schema_name, actor.name):
            async for change in follow(watch):
                if change.what != told:
                    told = change.what
                    yield f"event: plan\ndata: {told}\n\n"
    except (AccessEnded, Http404, NoPlace):
        return


def _actor_who_sees(request: HttpRequest, site_id: int) -> Actor:
    actor = actor_of(get_user(request))
    visible_site(actor, site_id)
    return actor


def _access(request: HttpRequest) -> Access | None:
    return access_still(request, "", now=timezone.now())


def _read(site_id: int, actor: Actor, after: int | None) -> News[str]:
    """Return the newest run and where it stands, or "none"."""
    run = newest_attempt(actor, visible_site(actor, site_id))
    if run is None:
        return News([Change(0, "none")] if after is None else [])
    changed = after is None or run.revision > after
    return News([Change(run.revision, f"{run.pk} {run.state}")] if changed else [])

"""Tells an open page that its site has a new plan, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django_tenants.utils import schema_context

from portal.views.sites import visible_site
from scheduling.queries import asset_topic
from scheduling.queries.overview import newest_attempt
from tenants.accounts.actors import actor_of
from tenants.database import release_connection
from tenants.live import listen

#: A comment that keeps proxies from closing a silent stream.
_HEARTBEAT: Final = ": still here\n\n"


async def site_live(request: HttpRequest, site_id: int) -> HttpResponseBase:
    """Stream an event at the start and whenever the newest run of the site changed.

    Each time it is looked up anew whether the person may see the site; if not, the stream ends
    as it does for a site that does not exist.
    """
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    schema_name: str = request.tenant.schema_name  # type: ignore[attr-defined]
    if await sync_to_async(_state)(request, schema_name, site_id) is None:
        raise Http404("no such site")
    return StreamingHttpResponse(
        _events(request, schema_name, site_id),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: HttpRequest, schema_name: str, site_id: int) -> AsyncIterator[str]:
    told: str | None = None
    async for _ in listen(schema_name, asset_topic(site_id)):
        state = await sync_to_async(_state)(request, schema_name, site_id)
        if state is None:
            return
        if state != told:
            told = state
            yield f"event: plan\ndata: {state}\n\n"
        else:
            yield _HEARTBEAT


def _state(request: Any, schema_name: str, site_id: int) -> str | None:
    """Return the newest run and where it stands; None where the site is not to be seen."""
    # Said anew each time: a stream outlives the request that chose the schema.
    with schema_context(schema_name):
        try:
            # The session too: who signed out elsewhere hears no more.
            request.session = type(request.session)(request.session.session_key)
            actor = actor_of(get_user(request))
            run = newest_attempt(actor, visible_site(actor, site_id))
        except Http404:
            return None
        finally:
            release_connection()
    return f"{run.pk} {run.state}" if run else "none"

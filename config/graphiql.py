"""GraphiQL: documents written and run in a browser, by who is signed in."""

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
@csp_update({"font-src": ["data:"]})  # its fonts stand in its style sheet
def graphiql(request: HttpRequest) -> HttpResponse:
    """Answer the page. All of it is served from this host; it asks with the session's cookie."""
    return render(request, "tenants/graphiql.html")

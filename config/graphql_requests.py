"""Who asks, and what each operation of theirs is given, by whichever road they came."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language_from_request

from tenants.accounts.access import access_of, access_still
from tenants.accounts.throttle import WINDOW_SECONDS, keys_must_wait, note_wrong_key
from tenants.graphql.budget import Budget
from tenants.graphql.context import Context
from tenants.graphql.requests import Refused


def admit(request: Any, authorization: str) -> bool:
    """Say whether somebody known asks; set who, by what, and their budget on the request.

    Args:
        request: Django's, with its ``tenant`` and session.
        authorization: "Bearer <key>"; empty for who signed in.

    Raises:
        Refused: the sender has guessed too many keys and has to wait.
    """
    sender = request.META.get("REMOTE_ADDR", "")
    if authorization and keys_must_wait(sender):
        words = "too many wrong tokens from your address: wait and try again"
        raise Refused(429, "RATE_LIMITED", words, Retry_After=str(WINDOW_SECONDS))
    access = access_of(request, authorization, now=timezone.now())
    if access is None:
        if authorization:
            note_wrong_key(authorization, sender)
        return False
    plan = request.tenant.plan
    request.actor, request.let_in_as = access.actor, access
    request.budget = Budget.of(
        request.tenant.schema_name,
        access.actor.name,
        own=min(access.points_per_minute or plan.points_per_minute, plan.points_per_minute),
        shared=plan.total_points_per_minute,
    )
    request.let_in_by = authorization or request.session.session_key
    request.access = lambda: access_still(request, authorization, now=timezone.now())
    return True


def context_of(request: Any, response: HttpResponse) -> Context:
    """Return the context of one operation of an admitted request, of which a part was paid."""
    return Context(
        request=request,
        response=response,
        actor=request.actor,
        let_in_as=request.let_in_as,
        received_at=timezone.now(),
        # Not the connection's: a subscription's context is made in the event loop's thread.
        schema_name=request.tenant.schema_name,
        budget=request.budget,
        spent=request.spent,
        access=request.access,
        let_in_by=request.let_in_by,
        currency=request.tenant.currency,
        language=get_language_from_request(request),
        last_event_id=request.headers.get("Last-Event-ID"),
    )

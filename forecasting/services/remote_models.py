"""Remote models: where a tenant's own forecasters are."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from forecasting.models import RemoteModel
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.outbound import Refused, target_of
from tenants.permissions import Actor, Permission

_LEAST_SECRET = 24


@transaction.atomic
def keep_remote_model(*, actor: Actor, name: str, url: str, secret: str) -> RemoteModel:
    """Add the remote model ``name``, or let it be elsewhere and have another secret.

    Raises:
        PermissionDenied: ``actor`` may not manage connections of the whole tenant.
        ValidationError: the name is no short word, the address is not https on the public
            internet, the secret is shorter than 24 characters.
    """
    if not actor.may_everywhere(Permission.CONNECTION_MANAGE):
        raise PermissionDenied(f"{actor.name} may not manage the tenant's remote models")
    if len(secret) < _LEAST_SECRET:
        raise wrong("secret", f"{_LEAST_SECRET} characters or more are right", code="range")
    try:
        target = target_of(url)
    except Refused as refusal:
        raise wrong("url", str(refusal), code="choice") from None
    model = RemoteModel.objects.filter(name=name).first() or RemoteModel(name=name)
    model.host = target.host
    model.seal_in(url=url, secret=secret)
    model.full_clean(validate_unique=False)
    model.save()
    # That there is a secret is told; what it is, is not.
    record(
        actor=actor,
        verb="keep_remote_model",
        subject=model,
        after=values_of(model, "name", "host"),
    )
    return model

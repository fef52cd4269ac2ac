"""Keys of the demo's companies for the interface: new at each start, for a key is shown once."""

from datetime import datetime
from typing import Final

from django_tenants.utils import tenant_context

from config.demo.catalogue import COMPANIES
from tenants.accounts.models import ApiToken
from tenants.accounts.tokens import issue_token, revoke_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role

_NAME: Final = "demo"


def renew_keys(*, now: datetime) -> dict[str, str]:
    """Return a manager's key of each company by its schema; those of earlier starts end."""
    keys = {}
    for company in COMPANIES:
        with tenant_context(Tenant.objects.get(schema_name=company.schema_name)):
            for token in ApiToken.objects.usable_at(now).filter(name=_NAME):
                revoke_token(actor=PLATFORM, token=token, now=now)
            issued = issue_token(
                actor=PLATFORM, name=_NAME, role=Role.MANAGER, customer=None, now=now
            )
            keys[company.schema_name] = issued.key
    return keys

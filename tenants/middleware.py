"""From a request's host name to the tenant's schema."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django_tenants.middleware.main import TenantMainMiddleware

from tenants.database import connection
from tenants.lookup import Lookup
from tenants.models import Domain

# With the plan: a request of the interface is paid from it.
_BY_NAME: Final = Lookup(lambda: Domain.objects.select_related("tenant__plan"), "domain")


class TenantByHostMiddleware(TenantMainMiddleware):
    """Sets the schema by host name, and the clock by which its operators live.

    An unknown or suspended host gets a bare 404.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        timezone.activate(request.tenant.time_zone)  # type: ignore[attr-defined]

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        timezone.deactivate()
        return response

    def get_tenant(self, domain_model: Any, hostname: str) -> Any:
        domain = _BY_NAME.find(hostname)
        if domain is None or domain.tenant.suspended_at is not None:
            raise domain_model.DoesNotExist
        return domain.tenant

    def no_tenant_found(self, request: HttpRequest, hostname: str) -> None:
        connection.set_schema_to_public()
        raise Http404("unknown host")

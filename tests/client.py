"""A client of the public interface, as a partner's programme is one."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from strawberry.relay import to_base64

from tenants.models import Domain, Tenant


@dataclass
class GraphQLClient:
    """Sends documents to one tenant's host with one token."""

    host: str
    key: str
    language: str = "en"

    def post(self, query: str, **variables: Any) -> Any:
        """Return the HTTP response."""
        return Client().post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
            headers={
                "Host": self.host,
                "Authorization": f"Bearer {self.key}",
                "Accept-Language": self.language,
            },
        )

    def execute(self, query: str, **variables: Any) -> Any:
        """Return ``data``; fail on any top-level error."""
        answer = self.post(query, **variables)
        body = answer.json()
        assert answer.status_code == 200, body
        assert "errors" not in body, body["errors"]
        return body["data"]

    def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        """Return the top-level errors, of which there is at least one."""
        body = self.post(query, **variables).json()
        assert body.get("errors"), body
        return list(body["errors"])


def host_of(tenant: Tenant) -> str:
    return str(Domain.objects.get(tenant=tenant).domain)


def node_id(row: Any) -> str:
    """Return the identifier by which the interface calls ``row``."""
    return to_base64(type(row).__name__, row.pk)

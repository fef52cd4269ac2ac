"""A browser's place: signed in on a tenant's host."""

from typing import Any

from django.test import Client

from tenants.models import Tenant
from tests.client import host_of


class Browser(Client):
    """Keeps cookies and the host between requests."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(headers={"Host": host_of(tenant)})

    def sign_in(self, email: str, password: str = "a long passphrase", **extra: Any) -> Any:
        """Return the answer to the form."""
        form = {"username": email, "password": password, **extra}
        return self.post("/sign-in/", form)

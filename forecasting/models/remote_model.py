"""Remote models: a tenant's own forecaster behind an address."""

import json
from typing import TYPE_CHECKING, Final

from django.conf import settings as deployment
from django.core.validators import RegexValidator
from django.db import models

from tenants.database import connection as database
from tenants.secrets import seal, unseal

if TYPE_CHECKING:
    from forecasting.forecasters.remote import Remote  # numpy, for who forecasts

#: In front of the name, where a forecaster is asked for.
REMOTE: Final = "remote:"


class RemoteModel(models.Model):
    """A forecaster of the tenant's own, asked for as ``remote:NAME``.

    Attributes:
        host: where it is, for people.
        sealed: address and secret, encrypted for this tenant; read and written through
            ``forecaster`` and ``seal_in`` alone.
    """

    name = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9_-]+\Z", "small letters, digits, - and _ alone")],
    )
    host = models.CharField(max_length=255, editable=False)
    sealed = models.TextField(editable=False)

    def __str__(self) -> str:
        return f"{REMOTE}{self.name}"

    def forecaster(self) -> "Remote":
        """Return the forecaster.

        Raises:
            CannotOpen: it was sealed for another tenant, or under a key that is gone.
        """
        from forecasting.forecasters.remote import Remote  # noqa: PLC0415

        keys = [deployment.SECRET_KEY, *deployment.SECRET_KEY_FALLBACKS]
        kept = json.loads(unseal(self.sealed, keys=keys, bound_to=self._bound_to()))
        return Remote(url=kept["url"], secret=kept["secret"])

    def seal_in(self, *, url: str, secret: str) -> None:
        """Seal ``url`` and ``secret`` for this tenant; the caller saves."""
        text = json.dumps({"url": url, "secret": secret})
        self.sealed = seal(text, key=deployment.SECRET_KEY, bound_to=self._bound_to())

    def _bound_to(self) -> str:
        return f"{database.schema_name}:remote model:{self.name}"

"""Connections to foreign systems, and which of their channels is which sensor."""

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings as deployment
from django.db import models

from assets.models import Sensor
from tenants.database import connection as database
from tenants.secrets import seal, unseal

if TYPE_CHECKING:
    from pydantic import BaseModel  # and numpy: a fifth of a second that a command need not pay


def revealed(settings: "BaseModel") -> dict[str, Any]:
    """Return ``settings`` as JSON knows them, secrets in clear: for sealing alone."""
    from pydantic import SecretStr  # noqa: PLC0415

    values: dict[str, Any] = settings.model_dump(mode="json")
    for name in type(settings).model_fields:
        if isinstance(secret := getattr(settings, name), SecretStr):
            values[name] = secret.get_secret_value()
    return values


class Connection(models.Model):
    """A tenant's configured use of a connector.

    Attributes:
        sealed_settings: the connector's settings, encrypted for this tenant; read and written
            through ``settings`` and ``set_settings`` alone.
        read_until: end of the latest span that was read and stored.
        stopped_at: when the peer refused us; an operator mends the settings and starts it again.
        last_error: what the peer said last, in words without secrets.
    """

    name = models.CharField(max_length=100, unique=True)
    connector = models.CharField(max_length=50)
    sealed_settings = models.TextField(editable=False)
    read_until = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

    def settings(self) -> "BaseModel":
        """Return the connector's settings, opened.

        Raises:
            CannotOpen: they were sealed for another tenant, or under a key that is gone.
        """
        from integrations.connectors.base import CONNECTORS  # noqa: PLC0415

        keys = [deployment.SECRET_KEY, *deployment.SECRET_KEY_FALLBACKS]
        text = unseal(self.sealed_settings, keys=keys, bound_to=self._bound_to())
        return CONNECTORS.get(self.connector).settings_type.model_validate_json(text)

    def set_settings(self, settings: "BaseModel") -> None:
        """Seal ``settings`` for this tenant; the caller saves."""
        text = json.dumps(revealed(settings))
        self.sealed_settings = seal(text, key=deployment.SECRET_KEY, bound_to=self._bound_to())

    def _bound_to(self) -> str:
        return f"{database.schema_name}:{self.connector}:{self.name}"


class Binding(models.Model):
    """Channel ``channel`` of a connection tells the values of ``sensor``."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="bindings")
    channel = models.CharField(max_length=100)
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "channel", "sensor"], name="binding_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.channel}: {self.sensor}"

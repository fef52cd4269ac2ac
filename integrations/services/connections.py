"""Use cases of integrations: add a connection, bind its channels, read it now."""

from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import BaseModel
from pydantic import ValidationError as SettingsInvalid

from assets.models import Sensor
from integrations.connectors.base import CONNECTORS, ConnectorError
from integrations.models import Binding, Connection
from tenants.audit.services import record, values_of
from tenants.errors import as_validation_error, wrong
from tenants.jobs import enqueue
from tenants.permissions import Actor, Permission, authorise
from tenants.queries import usable


@transaction.atomic
def keep_connection(
    *, actor: Actor, name: str, connector: str, settings: dict[str, Any]
) -> Connection:
    """Add the connection ``name``, or give it new settings and start it again.

    Raises:
        PermissionDenied: ``actor`` may not manage connections of the whole tenant.
        ValidationError: there is no such connector, or a setting is wrong.
    """
    _authorise(actor)
    parsed = parse_settings(connector, settings)
    connection = Connection.objects.filter(name=name).first() or Connection(name=name)
    connection.connector = connector
    connection.set_settings(parsed)
    connection.stopped_at, connection.last_error = None, ""
    connection.full_clean()
    connection.save()
    # That there are settings is told; what they are is not.
    record(
        actor=actor,
        verb="keep_connection",
        subject=connection,
        after=values_of(connection, "name", "connector"),
    )
    return connection


def check_settings(
    *, actor: Actor, connector: str, settings: dict[str, Any], now: datetime
) -> None:
    """Try ``settings`` at the peer, changing nothing.

    Raises:
        PermissionDenied: ``actor`` may not manage connections of the whole tenant.
        ValidationError: a setting is wrong, or the peer fails or refuses; in its words.
    """
    import httpx  # noqa: PLC0415  # see connectors.base

    _authorise(actor)
    parsed = parse_settings(connector, settings)
    try:
        with httpx.Client() as http:
            CONNECTORS.get(connector)(parsed, http).check(now)
    except ConnectorError as error:
        raise wrong("settings", str(error), code="peer") from None


@transaction.atomic
def bind_channel(*, actor: Actor, connection: Connection, channel: str, sensor: Sensor) -> Binding:
    """Let ``channel`` of ``connection`` tell the values of ``sensor``.

    Raises:
        PermissionDenied: ``actor`` may not manage connections of the whole tenant.
    """
    _authorise(actor)
    binding, is_new = Binding.objects.get_or_create(
        connection=connection, channel=channel, sensor=sensor
    )
    if is_new:
        bound = values_of(binding, "connection_id", "channel", "sensor_id")
        record(actor=actor, verb="bind_channel", subject=binding, after=bound)
    return binding


@transaction.atomic
def read_now(
    *, actor: Actor, connection: Connection, start: datetime, end: datetime, now: datetime
) -> None:
    """Ask for [start, end) to be read from the peer by a worker.

    Raises:
        PermissionDenied: ``actor`` may not manage connections of the whole tenant.
        ValidationError: the span is empty, or the connection is stopped.
    """
    _authorise(actor)
    if end <= start:
        raise wrong("end", "the end should be after the start", code="window")
    if connection.stopped_at is not None:
        raise wrong("connection", f"it was stopped: {connection.last_error}", code="state")
    span = {"start": start.isoformat(), "end": end.isoformat()}
    enqueue(
        "integrations.read",
        payload={"connection_id": connection.pk, **span},
        dedupe_key=f"{connection.pk} {start:%Y%m%dT%H%M%z} {end:%Y%m%dT%H%M%z}",
        now=now,
    )


def _authorise(actor: Actor) -> None:
    authorise(actor, Permission.CONNECTION_MANAGE)
    if not actor.may_everywhere(Permission.CONNECTION_MANAGE):
        raise wrong("connection", "only the tenant's managers manage connections", code="scope")


def parse_settings(connector: str, settings: dict[str, Any]) -> BaseModel:
    """Return ``settings`` as ``connector`` types them.

    Raises:
        ValidationError: there is no such connector for the tenant, or a setting is wrong.
    """
    known = usable(CONNECTORS)
    if connector not in known:
        words = f"unknown connector {connector!r} (known: {', '.join(known)})"
        raise wrong("connector", words, code="connector")
    settings_type = CONNECTORS.get(connector).settings_type
    try:
        return settings_type.model_validate(settings)
    except SettingsInvalid as error:
        raise as_validation_error(error, field="settings") from None

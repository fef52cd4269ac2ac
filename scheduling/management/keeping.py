"""What ``manage.py keep_flexibility`` does, once its arguments are read."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from pydantic import ValidationError as DocumentInvalid

from assets.models import Asset, Sensor
from scheduling.flex import DocumentError
from scheduling.flex.context import SiteContext
from scheduling.flex.parsing import error_lines, object_from_json
from scheduling.models import AssetFlex
from scheduling.services.flex import DeviceFlex, keep_context, keep_device
from tenants.management.conventions import BAD_INPUT, STANDARD
from tenants.management.entering import enter
from tenants.permissions import PLATFORM


def keep(options: dict[str, Any]) -> str:
    """Keep what the file of ``options`` states; return in words what is kept.

    Raises:
        CommandError: bad input; each fault with its place.
    """
    enter(options["tenant"])
    try:
        kept = _keep(options)
    except DocumentError as error:
        lines = [f"{path}: {message}" for path, message in error.errors]
        raise CommandError("\n".join(lines), returncode=BAD_INPUT) from None
    except ValidationError as error:
        told = "; ".join(f"{name}: {' '.join(m)}" for name, m in error.message_dict.items())
        raise CommandError(told, returncode=BAD_INPUT) from None
    until = "something newer" if kept.valid_to is None else _words(kept.valid_to)
    return f"{kept.asset}: kept from {_words(kept.valid_from)} to {until}"


def _words(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def _keep(options: dict[str, Any]) -> AssetFlex:
    given = object_from_json(_content(options["file"]))
    if not isinstance(given, dict):
        raise DocumentError([("$", "should be an object")])
    asset = _found(Asset, options["asset"], "asset")
    valid_from = _moment(options["valid_from"], "--from") or timezone.now()
    valid_to = _moment(options["valid_to"], "--to")
    if "kind" not in given:
        for field in ("power_sensor", "stock_sensor"):
            if options[field] is not None:
                words = "is for a device; a document without kind is a context"
                raise DocumentError([(f"--{field.replace('_', '-')}", words)])
        return keep_context(
            actor=PLATFORM,
            asset=asset,
            context=_context(given),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    device = DeviceFlex(
        asset=asset,
        document=given,
        power_sensor=_found(Sensor, options["power_sensor"], "--power-sensor"),
        stock_sensor=_found(Sensor, options["stock_sensor"], "--stock-sensor"),
    )
    return keep_device(actor=PLATFORM, device=device, valid_from=valid_from, valid_to=valid_to)


def _context(given: dict[str, Any]) -> SiteContext:
    try:
        return SiteContext.model_validate(given)
    except DocumentInvalid as error:
        raise DocumentError(error_lines(error)) from None


def _found(model: Any, number: int | None, what: str) -> Any:
    if number is None:
        return None
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise DocumentError([(what, f"there is none with the number {number}")])
    return found


def _moment(text: str | None, what: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise DocumentError([(what, "a time in ISO 8601 with offset is right")])
    return moment


def _content(file: str) -> bytes:
    if file == STANDARD:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise DocumentError([(file, f"cannot be read: {error.strerror}")]) from None

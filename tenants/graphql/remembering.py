"""From an input to its digest, and from what a mutation made to what its key keeps of it."""

import dataclasses
import hashlib
import json
from datetime import datetime
from decimal import Decimal
from enum import Enum
from importlib import import_module
from typing import Any, Final

import numpy as np
import strawberry
from django.apps import apps
from django.db import models
from strawberry import relay

from tenants.errors import wrong
from tenants.graphql.context import Info

#: Metadata of a field that is told once and never kept, such as the key of a new token.
TOLD_ONCE: Final = "told_once"


def digest(field_name: str, given: Any) -> str:
    """Return the SHA-256 of a request: the mutation's name and its whole input but the key."""
    hashed = hashlib.sha256(field_name.encode())
    _feed(hashed, {**vars(given), "idempotency_key": None})
    return hashed.hexdigest()


def _feed(hashed: Any, value: Any) -> None:
    # Each part is led by its kind and length, so that no two inputs run together alike.
    if dataclasses.is_dataclass(value) and not isinstance(value, relay.GlobalID):
        value = vars(value)
    if isinstance(value, np.ndarray):
        hashed.update(f"a{value.size}:".encode())
        hashed.update(np.ascontiguousarray(value, dtype="<f8").tobytes())
    elif isinstance(value, dict):
        given = {name: each for name, each in value.items() if each is not strawberry.UNSET}
        hashed.update(f"d{len(given)}:".encode())
        for name in sorted(given):
            _feed(hashed, name)
            _feed(hashed, given[name])
    elif isinstance(value, list | tuple):
        hashed.update(f"l{len(value)}:".encode())
        for each in value:
            _feed(hashed, each)
    else:
        text = f"{type(value).__name__}:{_as_text(value)}"
        hashed.update(f"{len(text)}:{text}".encode())


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return repr(value.timestamp())
    return str(value.value if isinstance(value, Enum) else value)


def remember(made: Any) -> Any:
    """Return ``made``, a row or a value type of the interface, as JSON that can be recalled."""
    if isinstance(made, models.Model):
        return {"row": made._meta.label, "pk": str(made.pk)}  # a number, or a UUID
    if dataclasses.is_dataclass(made):
        kept = {
            field.name: None if field.metadata.get(TOLD_ONCE) else remember(vars(made)[field.name])
            for field in dataclasses.fields(made)
        }
        return {"type": f"{type(made).__module__}:{type(made).__qualname__}", "fields": kept}
    if isinstance(made, Decimal):
        return {"decimal": str(made)}
    if isinstance(made, list):
        return {"list": [remember(each) for each in made]}
    json.dumps(made, allow_nan=False)  # anything else must be JSON by itself
    return made


def recall(kept: Any, info: Info) -> Any:
    """Return what ``remember`` kept, rows as they stand now.

    Raises:
        ValidationError: the row is gone, or no longer the actor's to see.
    """
    if not isinstance(kept, dict):
        return kept
    if "list" in kept:
        return [recall(each, info) for each in kept["list"]]
    if "decimal" in kept:
        return Decimal(kept["decimal"])
    if "type" in kept:
        module, name = kept["type"].split(":")
        made = getattr(import_module(module), name)
        return made(**{key: recall(value, info) for key, value in kept["fields"].items()})
    rows: Any = apps.get_model(kept["row"])._default_manager
    row = rows.visible_to(info.context.actor).filter(pk=kept["pk"]).first()
    if row is None:
        raise wrong("idempotency_key", "what this request made is gone", code="not_found")
    return row

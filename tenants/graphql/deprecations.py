"""What a request uses that will go: told to the client's developer, and counted.

``extensions.deprecations`` of an answer names each deprecated field, argument or input field
with its reason. Uses are counted per tenant, month, place and caller in Redis, for a year; who
still uses what is printed by ``manage.py deprecated_uses``. While Redis is away nothing is
counted, and the answer is the same.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from graphql import (
    DocumentNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from redis import Redis, RedisError
from strawberry.extensions import SchemaExtension

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS: Final = 0.25
_KEPT: Final = timedelta(days=400)


class Deprecations(SchemaExtension):
    """Tells and counts what a request uses that is deprecated."""

    def on_execute(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        if document is not None:
            used = deprecated_in(execution.schema._schema, document)
            execution.context.deprecated = used
            if used:
                asked = execution.context
                _count(asked.schema_name, asked.actor.name, list(used), asked.received_at)
        yield

    def get_results(self) -> dict[str, Any]:
        used: dict[str, str] = getattr(self.execution_context.context, "deprecated", {})
        if not used:
            return {}
        return {"deprecations": [{"place": place, "reason": used[place]} for place in sorted(used)]}


def deprecated_in(schema: GraphQLSchema, document: DocumentNode) -> dict[str, str]:
    """Return the reasons of what ``document`` uses, by place: "Type.field", "Type.field(argument)".

    Input fields that stand in variables are not looked for.
    """
    if not _has_deprecations(schema):
        return {}
    types = TypeInfo(schema)
    finder = _Finder(types)
    visit(document, TypeInfoVisitor(types, finder))
    return finder.found


class _Finder(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: dict[str, str] = {}

    def enter_field(self, *_: Any) -> None:
        field, parent = self._types.get_field_def(), self._types.get_parent_type()
        if field is not None and parent is not None and field.deprecation_reason is not None:
            name = next(name for name, each in parent.fields.items() if each is field)  # type: ignore[union-attr]
            self.found[f"{parent.name}.{name}"] = field.deprecation_reason

    def enter_argument(self, node: Any, *_: Any) -> None:
        argument, field = self._types.get_argument(), self._types.get_field_def()
        parent = self._types.get_parent_type()
        if argument is not None and argument.deprecation_reason is not None and parent is not None:
            name = next((n for n, each in parent.fields.items() if each is field), "")  # type: ignore[union-attr]
            place = f"{parent.name}.{name}({node.name.value})"
            self.found[place] = argument.deprecation_reason

    def enter_object_field(self, node: Any, *_: Any) -> None:
        inputs: Any = get_named_type(self._types.get_parent_input_type())
        field = getattr(inputs, "fields", {}).get(node.name.value)
        if field is not None and field.deprecation_reason is not None:
            self.found[f"{inputs.name}.{node.name.value}"] = field.deprecation_reason


@cache
def _has_deprecations(schema: GraphQLSchema) -> bool:
    members = (
        member
        for kind in schema.type_map.values()
        if not kind.name.startswith("__")
        for field in getattr(kind, "fields", {}).values()
        for member in (field, *getattr(field, "args", {}).values())
    )
    return any(member.deprecation_reason is not None for member in members)


def _key(schema_name: str, month: str) -> str:
    return f"deprecated:{schema_name}:{month}"


def _count(schema_name: str, caller: str, places: list[str], at: datetime) -> None:
    key = _key(schema_name, f"{at:%Y-%m}")
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for place in places:
                pipeline.hincrby(key, f"{place} {caller}", 1)
            pipeline.expire(key, _KEPT)
            pipeline.execute()
    except RedisError:
        logger.warning("a use of deprecated fields was not counted: no Redis")


def uses(schema_name: str, month: str) -> dict[tuple[str, str], int]:
    """Return how often each place was used in a month ("2026-11"), by place and caller.

    Raises:
        RedisError: the counts cannot be read.
    """
    kept: Any = _redis().hgetall(_key(schema_name, month))
    counted = {}
    for name, number in kept.items():
        place, _, caller = name.decode().partition(" ")
        counted[place, caller] = int(number)
    return counted


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
    )

"""Enums of the interface, each of whose values says what it means."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

E = TypeVar("E", bound=type[Enum])


def public_enum(
    enum: E, *, name: str | None = None, description: str, says: Mapping[Any, str] | None = None
) -> E:
    """Register ``enum`` with the schema and return it.

    Args:
        enum: of Django's choices, whose labels describe them, or any other.
        name: in the schema; that of the class when not given.
        description: what it tells apart.
        says: what each value means, where there is no label or a better description.
    """
    declared = strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = declared.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        member: Any = enum[value.name]
        value.description = (says or {}).get(member) or _sentence(member.label)
    return declared


def _sentence(label: object) -> str:
    text = str(label)
    return f"{text[0].upper()}{text[1:].rstrip('.')}."

"""The one road of every mutation: right, idempotency key, effect and errors."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final, TypeVar

import strawberry
from django.core.exceptions import PermissionDenied, ValidationError

from tenants.graphql.context import Info
from tenants.graphql.payloads import MutationInput, Payload, user_errors
from tenants.graphql.remembering import digest, recall, remember
from tenants.idempotency.services import once
from tenants.permissions import Permission, authorise

R = TypeVar("R")

#: Where the schema's field keeps what right it needs; a test walks the mutations and reads it.
NEEDS: Final = "needs"
_INPUT: Final = "What is asked, and your own name for the request."


def mutation(
    payload: type[Payload[Any]], *, needs: Permission, cost: float = 10, description: str
) -> Callable[[Callable[..., Any]], Any]:
    """Declare a mutation whose resolver takes ``(self, info, input)`` and returns the object.

    Refusals of the resolver become ``payload(errors=[...])``. With an idempotency key the
    resolver runs in the transaction that keeps the key, so that both are there or neither.

    Args:
        payload: a ``Payload[T]``, T what the resolver returns.
        needs: the right without which nothing is even looked up.
        cost: points that the request takes from the client's budget, see docs/api.md.
        description: what it does, for the reference.
    """

    def declare(resolver: Callable[..., Any]) -> Any:
        @wraps(resolver)
        def answer(self: Any, info: Info, input: MutationInput) -> Any:
            try:
                authorise(info.context.actor, needs)
                made, replayed = _effect(resolver, self, info, input)
            except (ValidationError, PermissionDenied) as error:
                return payload(errors=list(user_errors(error, info.context.language)))
            return payload(object=made, replayed=replayed)

        # Strawberry reads the input's type from the resolver and the answer's from here.
        answer.__signature__ = _signature(resolver, payload)  # type: ignore[attr-defined]
        return strawberry.mutation(
            answer,
            description=f"{description} Needs {needs.value}.",
            metadata={NEEDS: needs, "cost": cost},
        )

    return declare


def _signature(resolver: Callable[..., Any], payload: type[Payload[Any]]) -> inspect.Signature:
    signature = inspect.signature(resolver)
    given = signature.parameters["input"]
    annotated: Any = Annotated
    described = annotated[given.annotation, strawberry.argument(description=_INPUT)]
    parameters = {**signature.parameters, "input": given.replace(annotation=described)}
    return signature.replace(parameters=list(parameters.values()), return_annotation=payload)


def _effect(
    resolver: Callable[..., Any], root: Any, info: Info, given: MutationInput
) -> tuple[Any, bool]:
    """Return what the mutation made, and whether it was made by an earlier request."""
    if given.idempotency_key is None:
        return resolver(root, info, given), False
    made: list[Any] = []

    def act() -> Any:
        made.append(resolver(root, info, given))
        return remember(made[0])

    answer, replayed = once(
        actor=info.context.actor,
        key=given.idempotency_key,
        digest=digest(info.field_name, given),
        act=act,
        now=info.context.received_at,
    )
    return (recall(answer, info) if replayed else made[0]), replayed

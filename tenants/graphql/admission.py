"""What a request has to pass before it is run: size, validity, cost, budget."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.conf import settings
from graphql import GraphQLError, validate
from redis import Redis
from strawberry.extensions import SchemaExtension

from tenants.graphql.budget import Buckets, Spent
from tenants.graphql.cost import cost_of
from tenants.graphql.limits import excess

_REDIS_TIMEOUT_SECONDS: Final = 0.25


class Admission(SchemaExtension):
    """Refuses what is too large, wrong or too dear, and reports the cost of all else.

    One error is told, the first: a list of them helps who probes more than who mends.
    """

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context.pre_execution_errors is None and context.graphql_document is not None:
            error = self._refusal()
            if error is not None:
                context.pre_execution_errors = [error]
            context.validation_rules = ()  # they have been applied
        yield

    def _refusal(self) -> GraphQLError | None:
        context = self.execution_context
        document: Any = context.graphql_document
        error = excess(document)
        if error is not None:
            return error
        schema = context.schema._schema
        rules = context.validation_rules
        errors = validate(schema, document, rules, max_errors=1)
        if errors:
            return errors[0]
        try:
            cost = cost_of(schema, document, context.variables or {}, context.operation_name)
        except GraphQLError as refusal:
            return refusal
        return self._pay(cost)

    def _pay(self, cost: float) -> GraphQLError | None:
        asked = self.execution_context.context
        spent = _buckets().spend(asked.budget, cost)
        asked.spent = spent
        if not spent.wait_seconds:
            return None
        asked.response.status_code = 429
        asked.response["Retry-After"] = str(int(spent.wait_seconds))
        return GraphQLError(
            f"the budget holds {spent.available:.0f} points, the request costs {cost:.0f}: "
            f"wait {spent.wait_seconds:.0f} s",
            extensions={"code": "RATE_LIMITED", "retryAfterSeconds": spent.wait_seconds},
        )

    def get_results(self) -> dict[str, Any]:
        asked = self.execution_context.context
        spent: Spent | None = getattr(asked, "spent", None)
        if spent is None:
            return {}
        return {
            "cost": {
                "requested": spent.requested,
                "available": spent.available,
                "capacity": asked.budget.points_per_minute,
                "restoredPerSecond": asked.budget.restored_per_second,
            }
        }


@cache
def _buckets() -> Buckets:
    timeout = _REDIS_TIMEOUT_SECONDS
    return Buckets(
        Redis.from_url(settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout)
    )

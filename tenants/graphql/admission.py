"""What a request has to pass before it is run: size, validity, cost, budget."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Final

from asgiref.sync import sync_to_async
from graphql import DocumentNode, GraphQLError, get_operation_ast, validate
from strawberry.extensions import SchemaExtension

from tenants.graphql.budget import as_extension, buckets
from tenants.graphql.cost import ENTRY, cost_of
from tenants.graphql.limits import excess
from tenants.graphql.values import excess_of_variables

#: Programmes ask the same again and again. Longer documents [characters] are read anew, so that
#: what is kept stays small: a node of a document takes a kilobyte.
_KEPT: Final = 128
_LONGEST_KEPT: Final = 4_000


@lru_cache(_KEPT)
def _documents(text: str) -> list[DocumentNode]:  # noqa: ARG001
    """Return where the document of ``text`` is kept once it was found small enough and valid."""
    return []


class Admission(SchemaExtension):
    """Refuses what is too large, wrong or too dear, and reports the cost of every answer.

    One error is told, the first: a list of them helps who probes more than who mends.
    """

    def on_parse(self) -> Iterator[None]:
        text = self.execution_context.query or ""
        self._kept = _documents(text) if len(text) <= _LONGEST_KEPT else []
        self.execution_context.graphql_document = next(iter(self._kept), None)
        yield

    def on_validate(self) -> Iterator[None]:
        self._admit()
        yield

    def _admit(self) -> None:
        context = self.execution_context
        if context.pre_execution_errors is None and context.graphql_document is not None:
            error = self._refusal()
            if error is not None:
                context.pre_execution_errors = [error]
            context.validation_rules = ()  # they have been applied

    def on_execute(self) -> Iterator[None]:
        yield
        result: Any = self.execution_context.result
        if result is not None and result.errors and result.data is None:
            of_variables = [error for error in result.errors if error.path is None]
            result.errors = of_variables[:1] or result.errors

    def _refusal(self) -> GraphQLError | None:
        context = self.execution_context
        document: Any = context.graphql_document
        schema = context.schema._schema
        variables = context.variables or {}
        operation = get_operation_ast(document, context.operation_name)
        known = document in self._kept
        error = None if known else excess(document)
        error = error or excess_of_variables(schema, operation, variables)
        if error is None and not known:
            rules = context.validation_rules
            errors = validate(schema, document, rules, max_errors=1, hide_suggestions=True)
            error = next(iter(errors), None)
        if error is not None:
            return error
        self._kept[:] = [document]
        try:
            most = context.context.budget.points_per_minute
            cost = cost_of(schema, document, variables, context.operation_name, most=most)
        except GraphQLError as refusal:
            return refusal
        return self._pay(cost)

    def _pay(self, cost: float) -> GraphQLError | None:
        """Take what the request costs beyond the point that it paid to be looked at."""
        asked = self.execution_context.context
        if cost > ENTRY:
            asked.spent = buckets().spend(asked.budget, cost - ENTRY).of(cost)
        wait = asked.spent.wait_seconds
        if not wait:
            return None
        asked.response.status_code = 429
        asked.response["Retry-After"] = str(wait)
        return GraphQLError(
            f"the budget holds {asked.spent.available:.0f} points, the request costs {cost:.0f}: "
            f"wait {wait} s",
            extensions={"code": "RATE_LIMITED", "retryAfterSeconds": wait},
        )

    def get_results(self) -> dict[str, Any]:
        asked = self.execution_context.context
        return as_extension(asked.budget, asked.spent)


class StreamAdmission(Admission):
    """The same for what runs in the event loop, which neither rules nor Redis may hold up."""

    async def on_validate(self) -> AsyncIterator[None]:  # type: ignore[override]
        await sync_to_async(self._admit)()
        yield

"""The public GraphQL schema: each app's share, and what guards them."""

from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry import relay
from strawberry.extensions import MaxTokensLimiter, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry_django.optimizer import DjangoOptimizerExtension

from assets.graphql.annotations import AnnotationsMutation, AnnotationsQuery
from assets.graphql.fleet import FleetQuery
from assets.graphql.mutations import AssetsMutation
from assets.graphql.sensors import SensorsMutation
from assets.graphql.tokens import TokensMutation
from assets.graphql.tree import TreeMutation
from assets.graphql.types import AssetsQuery
from assets.graphql.virtual import VirtualMutation
from forecasting.graphql.mutations import ForecastingMutation
from forecasting.graphql.types import ForecastingQuery
from scheduling.graphql.flex_types import AssetFlexQuery
from scheduling.graphql.identification_types import IdentificationQuery
from scheduling.graphql.mutations import SchedulingMutation
from scheduling.graphql.study_types import StudyQuery
from scheduling.graphql.subscriptions import SchedulingSubscription
from scheduling.graphql.types import SchedulingQuery
from scheduling.graphql.wear_types import WearQuery
from tenants.graphql.accounts import AccountsMutation, AccountsQuery
from tenants.graphql.admission import Admission, StreamAdmission
from tenants.graphql.deprecations import Deprecations
from tenants.graphql.errors import PublicErrors
from tenants.graphql.executor import Executor, SharedInfo
from tenants.graphql.plain_fields import mark_plain_fields
from tenants.graphql.queries import TenantsQuery
from tenants.graphql.scalars import SCALAR_MAP
from tenants.graphql.streams import Cursors
from tenants.graphql.types import node_field

_MAX_TOKENS: Final = 2_000


@strawberry.type(description="What can be read.")
class Query(
    TenantsQuery,
    AccountsQuery,
    AssetsQuery,
    FleetQuery,
    AnnotationsQuery,
    ForecastingQuery,
    SchedulingQuery,
    AssetFlexQuery,
    WearQuery,
    IdentificationQuery,
    StudyQuery,
):
    node: relay.Node | None = node_field(
        description="Whatever this identifier names, if it is yours to see."
    )
    nodes: list[relay.Node | None] = node_field(
        description="Several at once, in the order of `ids`; null for what is not yours to see."
    )


@strawberry.type(
    description="What can be done: one input each, answered by the object or by errors."
)
class Mutation(
    AccountsMutation,
    TokensMutation,
    AssetsMutation,
    TreeMutation,
    SensorsMutation,
    VirtualMutation,
    AnnotationsMutation,
    ForecastingMutation,
    SchedulingMutation,
):
    pass


@strawberry.type(description="What can be followed live.")
class Subscription(SchedulingSubscription):
    pass


class _Schema(strawberry.Schema):
    """Logs no query: what nobody expected is logged, scrubbed, by ``PublicErrors``."""

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:  # noqa: FBT001, FBT002
        made = super().get_extensions(sync)
        if sync:
            return made
        return [StreamAdmission() if isinstance(each, Admission) else each for each in made]

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        return

    def _get_custom_context_kwargs(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        # Words of the schema are for who may read it whole, not for who guesses.
        return {
            **super()._get_custom_context_kwargs(*arguments, **options),
            "hide_suggestions": True,
        }


schema = _Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    execution_context_class=Executor,
    config=StrawberryConfig(
        relay_max_results=200,
        scalar_map=SCALAR_MAP,
        disable_field_suggestions=True,
        info_class=SharedInfo,
    ),
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=_MAX_TOKENS),
        Admission,
        Deprecations,
        DjangoOptimizerExtension,
        PublicErrors,
        Cursors,
    ],
)
mark_plain_fields(schema)


def as_sdl() -> str:
    """Return the schema as text, as it stands in ``schema.graphql``."""
    return schema.as_str().rstrip() + "\n"

"""GraphQL subscriptions of scheduling."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any, cast

import strawberry
from asgiref.sync import sync_to_async
from django_tenants.utils import schema_context
from strawberry import relay

from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import ScheduleRun
from scheduling.queries import run_topic
from tenants.database import release_connection
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import as_seen, visible_row
from tenants.live import listen


@strawberry.type
class SchedulingSubscription:
    @strawberry.subscription(
        description="Tells where the run stands: now, at each change, and last when it ends. "
        "What you may see is checked anew each time."
    )
    async def schedule_run_changed(
        self,
        info: Info,
        id: Annotated[relay.GlobalID, strawberry.argument(description="Which run.")],
    ) -> AsyncGenerator[ScheduleRunNode, None]:
        state: str | None = None
        async for _ in listen(info.context.schema_name, run_topic(id.node_id)):
            run = await sync_to_async(_read)(id, info)
            if run.state != state:
                state = run.state
                yield cast("ScheduleRunNode", run)
            if run.finished_at is not None:
                return


def _read(id: relay.GlobalID, info: Any) -> ScheduleRun:
    # Said anew each time: a stream outlives the request that chose the schema.
    with schema_context(info.context.schema_name):
        # All that is asked is read here: between two bells a stream holds no connection.
        run = as_seen(visible_row(ScheduleRun, id, info, field="id"), info)
        release_connection()
        if run is None:
            raise wrong("id", "no such ScheduleRun", code="not_found")
        return run

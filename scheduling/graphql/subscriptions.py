"""GraphQL subscriptions of scheduling."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated, cast

import strawberry
from strawberry import relay

from assets.models import Asset
from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import ScheduleRun
from scheduling.models.schedule_run import ScheduleRunQuerySet
from scheduling.queries.changes import asset_topic, news_of, run_topic
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row, with_what_is_asked
from tenants.graphql.streams import AFTER, stream
from tenants.live import News

_After = Annotated[str | None, strawberry.argument(description=AFTER)]
_Runs = AsyncGenerator[ScheduleRunNode, None]


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
        after: _After = None,
    ) -> _Runs:
        def read(known: int | None) -> News[ScheduleRun]:
            run = visible_row(ScheduleRun, id, info, field="id")
            news = _news(info, ScheduleRun.objects.filter(pk=run.pk), known)
            newest = news.changes[-1].what if news.changes else run
            return replace(news, is_last=newest.finished_at is not None)

        async for run in stream(info, topic=run_topic(id.node_id), read=read, after=after):
            yield cast("ScheduleRunNode", run)

    @strawberry.subscription(
        description="Tells of the runs of an asset and of all assets beneath it, new ones too: "
        "first of the one that changed last, then of each that changes. "
        "What you may see is checked anew each time."
    )
    async def schedule_runs_changed(
        self,
        info: Info,
        asset: Annotated[relay.GlobalID, strawberry.argument(description="Which asset.")],
        after: _After = None,
    ) -> _Runs:
        def read(known: int | None) -> News[ScheduleRun]:
            root = visible_row(Asset, asset, info, field="asset")
            beneath = ScheduleRun.objects.filter(asset__path__startswith=root.path)
            return _news(info, beneath, known)

        async for run in stream(info, topic=asset_topic(asset.node_id), read=read, after=after):
            yield cast("ScheduleRunNode", run)


def _news(info: Info, runs: ScheduleRunQuerySet, known: int | None) -> News[ScheduleRun]:
    # All that is asked is read here: between two bells a stream holds no connection.
    return news_of(
        runs.visible_to(info.context.actor),
        known,
        read=lambda changed: with_what_is_asked(changed, info),
    )

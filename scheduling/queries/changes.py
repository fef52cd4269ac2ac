"""What changed with runs, of one and beneath an asset; topics are those of ``tenants.live``."""

import uuid
from collections.abc import Callable, Iterable
from typing import Final

from scheduling.models import ScheduleRun
from scheduling.models.schedule_run import ScheduleRunQuerySet
from tenants.live import Change, News

Reading = Callable[[ScheduleRunQuerySet], Iterable[ScheduleRun]]

#: Runs that are read at once.
_PAGE: Final = 100


def run_topic(run_id: uuid.UUID | str) -> str:
    """Return the topic under which changes of a run are told."""
    return f"schedule_run:{run_id}"


def asset_topic(asset_id: int | str) -> str:
    """Return the topic under which changes of the runs of an asset and all beneath are told."""
    return f"schedule_runs_beneath:{asset_id}"


def topics_of(path: str) -> list[str]:
    """Return the topics of runs of the asset at ``path``: its own, and of all above it."""
    return [asset_topic(asset_id) for asset_id in path.rstrip(".").split(".")]


def news_of(
    runs: ScheduleRunQuerySet, after: int | None, *, read: Reading = list
) -> News[ScheduleRun]:
    """Return those of ``runs`` that changed after revision ``after``, oldest first.

    Without a revision that is the one that changed last: where things stand now.

    Args:
        read: reads the rows, with whatever is wanted of them.
    """
    if after is None:
        found = read(runs.order_by("-revision")[:1])
    else:
        found = read(runs.changed_after(after)[:_PAGE])
    changes = [Change(run.revision, run) for run in found]
    return News(changes, has_more=after is not None and len(changes) == _PAGE)

"""What scheduling does when it is told of something."""

from collections.abc import Sequence

from assets.lookup import Formed, find_runs_by
from scheduling.events import ScheduleRunChanged
from tenants import live
from tenants.events import subscribe
from tenants.permissions import Actor


def register() -> None:
    """Subscribe to events; called once, at start."""
    subscribe(ScheduleRunChanged, _ring)
    find_runs_by("SCHEDULER", _runs_behind)


def _ring(event: ScheduleRunChanged) -> None:
    from scheduling.queries.changes import run_topic, topics_of  # noqa: PLC0415  # see tasks

    live.ring(run_topic(event.run_id), *topics_of(event.path))


def _runs_behind(actor: Actor, source_id: int, formed: Sequence[Formed]) -> list[tuple[str, str]]:
    from scheduling.queries.provenance import runs_behind  # noqa: PLC0415  # see tasks

    return runs_behind(actor, source_id, formed)

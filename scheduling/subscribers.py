"""What scheduling does when it is told of something."""

from scheduling.events import ScheduleRunChanged
from tenants import live
from tenants.events import subscribe


def register() -> None:
    """Subscribe to events; called once, at start."""
    subscribe(ScheduleRunChanged, _ring)


def _ring(event: ScheduleRunChanged) -> None:
    from scheduling.queries.changes import run_topic, topics_of  # noqa: PLC0415  # see tasks

    live.ring(run_topic(event.run_id), *topics_of(event.path))

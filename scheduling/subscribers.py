"""What scheduling does when it is told of something."""

from scheduling.pipeline import ScheduleRunChanged
from scheduling.queries import asset_topic, run_topic
from tenants import live
from tenants.events import subscribe


def register() -> None:
    """Subscribe to events; called once, at start."""
    subscribe(ScheduleRunChanged, _ring)


def _ring(event: ScheduleRunChanged) -> None:
    live.ring(run_topic(event.run_id))
    live.ring(asset_topic(event.asset_id))

"""What forecasting does when it is told of something."""

from django.utils import timezone

from assets.events import BeliefsRecorded
from tenants.events import subscribe


def register() -> None:
    """Subscribe to events; called once, at start."""
    subscribe(BeliefsRecorded, _renew)


def _renew(event: BeliefsRecorded) -> None:
    """Hasten what ``periodic`` would find by state: a plan that follows its data, a sum."""
    from forecasting import services  # noqa: PLC0415  # see tasks

    now = timezone.now()
    if event.start <= now:  # of what only lies ahead, no forecast learns
        services.renew_after_data(sensor_id=event.sensor_id, now=now)
    if event.end > now:  # a forecast, maybe of a part
        services.renew_sums(part_id=event.sensor_id, now=now)

"""Facts that upper floors may react to; see ``tenants.events``."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BeliefsRecorded:
    """New beliefs about a sensor over [start, end) were stored."""

    sensor_id: int
    start: datetime
    end: datetime

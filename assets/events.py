"""Facts that upper floors may react to; see ``tenants.events``."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BeliefsRecorded:
    """New beliefs about sensors, of events within [start, end), were stored at once."""

    sensor_ids: frozenset[int]
    start: datetime
    end: datetime

"""Which runs formed what a source believes of a span.

Beliefs say when they were formed, not by which run: a forecast at the knowledge time of its run, a
schedule at the end of its own. Runs are of the floors above, which register how they are found.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from assets.lookup import Formed, finder_of
from assets.models import Source
from assets.queries.beliefs import AS_KNOWN
from tenants.permissions import Actor

#: The newest that are looked for; a rolling forecast has hundreds in a month.
MAX_FORMED: Final = 100
_FORMED: Final = f"""
SELECT formed.sensor_id, formed.belief_time FROM ({AS_KNOWN}) formed
GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT {MAX_FORMED}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was read: of which sensors, from when to when, as known when; see ``Wanted``."""

    sensor_ids: tuple[int, ...]
    start: datetime
    end: datetime
    known_at: datetime
    horizon: timedelta | None
    probability: float


def read_runs(actor: Actor, source: Source, span: Span) -> list[tuple[str, str]]:
    """Return the runs that formed what ``source`` believed, of those that ``actor`` may see.

    Newest beliefs first, of at most ``MAX_FORMED`` times at which they were formed.

    Returns:
        type of node and key of each run; none of what no run forms, such as measurements.
    """
    find = finder_of(source.kind)
    if find is None:
        return []
    wanted: dict[str, Any] = {
        "sensors": list(span.sensor_ids),
        "start": span.start,
        "end": span.end,
        "probabilities": [span.probability],
        "sources": [source.pk],
        "known_at": span.known_at,
        "horizon": span.horizon,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORMED, wanted)
        formed = [Formed(sensor_id, at) for sensor_id, at in cursor.fetchall()]
    return find(actor, source.pk, formed) if formed else []

"""What is asked for, and how."""

from datetime import datetime
from typing import Any

from assets.models import Asset
from tests.client import node_id
from tests.factories import HOUR

REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) {
        object { id state stepMinutes asset { name } }
        errors { code field message detail }
      }
    }
"""


RUN = """
    query ($id: ID!) {
      scheduleRun(id: $id) {
        state planStatus cost { amount } bound { amount } failure costs { name cost { amount } }
        breaches { limit mostKw mostKwh } contradiction { text limit of start end } reasons { text }
        setpoints { device power { start step values } stock { unit values quality } }
      }
    }
"""


RUNS = """{
    scheduleRuns(first: 50) {
      edges { node { state asset { name sensors(first: 10) { edges { node { name } } } } } }
    }
}"""


def window(site: Asset, now: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        **changes,
    }

"""Which run made a forecast: its beliefs were formed at the knowledge time of the run."""

from collections.abc import Sequence

from assets.lookup import Formed
from forecasting.models import ForecastRun
from tenants.permissions import Actor


def runs_behind(actor: Actor, source_id: int, formed: Sequence[Formed]) -> list[tuple[str, str]]:
    """Return the runs whose forecasts ``formed`` tells of; see ``assets.lookup``."""
    when = {(each.sensor_id, each.at): place for place, each in enumerate(formed)}
    runs = ForecastRun.objects.visible_to(actor).filter(
        source=source_id,
        sensor__in={each.sensor_id for each in formed},
        knowledge_time__in={each.at for each in formed},
    )
    found = [run for run in runs if (run.sensor_id, run.knowledge_time) in when]
    found.sort(key=lambda run: when[run.sensor_id, run.knowledge_time])
    return [("ForecastRun", str(run.pk)) for run in found]

"""Which run made a schedule: its beliefs were formed when the run was finished."""

from collections.abc import Sequence

from assets.lookup import Formed
from assets.models import Sensor
from scheduling.models import RunState, ScheduleRun
from tenants.permissions import Actor


def runs_behind(actor: Actor, source_id: int, formed: Sequence[Formed]) -> list[tuple[str, str]]:
    """Return the runs whose schedules ``formed`` tells of; see ``assets.lookup``."""
    del source_id  # an engine may have been chosen by "auto": the moment tells
    paths = dict(
        Sensor.objects.filter(pk__in={each.sensor_id for each in formed}).values_list(
            "pk", "asset__path"
        )
    )
    runs = ScheduleRun.objects.visible_to(actor).filter(
        state=RunState.READY, finished_at__in={each.at for each in formed}
    )
    found: dict[str, None] = {}
    at = {run.pk: (run.finished_at, run.asset.path) for run in runs.select_related("asset")}
    for each in formed:
        for pk, (finished_at, path) in at.items():
            if finished_at == each.at and paths.get(each.sensor_id, "").startswith(path):
                found[str(pk)] = None
    return [("ScheduleRun", pk) for pk in found]

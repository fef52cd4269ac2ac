"""Tables of scheduling."""

from scheduling.models.asset_flex import AssetFlex, AssetFlexQuerySet
from scheduling.models.identification import Identification, IdentificationState
from scheduling.models.schedule_run import RunState, ScheduleRun, ScheduleRunQuerySet

__all__ = [
    "AssetFlex",
    "AssetFlexQuerySet",
    "Identification",
    "IdentificationState",
    "RunState",
    "ScheduleRun",
    "ScheduleRunQuerySet",
]

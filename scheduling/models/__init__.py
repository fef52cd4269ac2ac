"""Tables of scheduling."""

from scheduling.models.asset_flex import AssetFlex, AssetFlexQuerySet
from scheduling.models.identification import Identification
from scheduling.models.inquiry import InquiryState
from scheduling.models.schedule_run import RunState, ScheduleRun, ScheduleRunQuerySet
from scheduling.models.study import Study

__all__ = [
    "AssetFlex",
    "AssetFlexQuerySet",
    "Identification",
    "InquiryState",
    "RunState",
    "ScheduleRun",
    "ScheduleRunQuerySet",
    "Study",
]

"""Admin of scheduling, for operators: look at plans, ask again, set what is flexible."""

from scheduling.admin.flex import AssetFlexAdmin
from scheduling.admin.identifications import IdentificationAdmin
from scheduling.admin.runs import ScheduleRunAdmin
from scheduling.admin.studies import StudyAdmin

__all__ = ["AssetFlexAdmin", "IdentificationAdmin", "ScheduleRunAdmin", "StudyAdmin"]

"""Use cases of scheduling: what a user, an operator or a timetable may ask for.

Each authorises, checks, writes in one transaction, and leaves slow work to a worker.
"""

from scheduling.services.flex import DeviceFlex, keep_context, keep_device
from scheduling.services.flexmeasures import request_flexmeasures
from scheduling.services.following import Follow
from scheduling.services.identifications import (
    request_battery_identification,
    request_building_identification,
)
from scheduling.services.measured import BuildingSensors
from scheduling.services.runs import request_again, request_nearest, request_schedule
from scheduling.services.studies import request_study
from scheduling.services.what_if import request_what_if

__all__ = [
    "BuildingSensors",
    "DeviceFlex",
    "Follow",
    "keep_context",
    "keep_device",
    "request_again",
    "request_battery_identification",
    "request_building_identification",
    "request_flexmeasures",
    "request_nearest",
    "request_schedule",
    "request_study",
    "request_what_if",
]

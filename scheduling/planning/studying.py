"""A study answered, whichever it is."""

from typing import Any, Final

from scheduling.flex.study import BatteryStudy, Study
from scheduling.planning.hosting import study_hosting
from scheduling.planning.sizing import study_sizes
from scheduling.planning.tables import hosting_json, sizes_json

#: Of the hours that are in the way of one size, those that are told: the worst.
MOST_HOURS: Final = 100


def answer_study(study: Study) -> dict[str, Any]:
    """Return the answer of ``study`` as JSON: fields of ``scheduling.flex.StudyResult``.

    Raises:
        StudyRefused: it asks for what cannot be answered.
    """
    if isinstance(study, BatteryStudy):
        return sizes_json(study_sizes(study))
    found = hosting_json(study_hosting(study))
    for barrier in found["in_the_way"]:
        worst = sorted(barrier["hours"], key=lambda each: -each["most_kw"])[:MOST_HOURS]
        barrier["hours"] = sorted(worst, key=lambda each: each["start"])
    return found

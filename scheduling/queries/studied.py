"""What people are shown of a study."""

from dataclasses import dataclass
from typing import Final

from scheduling.flex.study_result import BarrierResult, PointResult, SizeResult, StudyResult
from scheduling.models import Study

#: Of the times that are in the way of one size, those that a page tells: the worst.
_MOST_HOURS: Final = 12


@dataclass(frozen=True, slots=True)
class Studied:
    """A study as a table.

    Attributes:
        currency: of the amounts.
        earned: what each size of the battery earns, of a battery study.
        sizes_kwh: columns of a hosting study.
        rows: (number of chargers, how they fit with each size).
        barriers: what is in the way of more, its worst times in order.
        filled: (series, share [%]) of what was not measured.
    """

    currency: str
    earned: tuple[SizeResult, ...]
    sizes_kwh: tuple[float, ...]
    rows: tuple[tuple[int, tuple[PointResult, ...]], ...]
    barriers: tuple[BarrierResult, ...]
    filled: tuple[tuple[str, float], ...]


def studied(study: Study) -> Studied:
    """Return what ``study`` found; empty while there is nothing."""
    found = StudyResult.model_validate(study.result or {})
    by_chargers: dict[int, list[PointResult]] = {}
    for point in sorted(found.points, key=lambda point: (point.chargers, point.size_kwh)):
        by_chargers.setdefault(point.chargers, []).append(point)
    return Studied(
        currency=study.asked["study"]["currency"],
        earned=found.sizes,
        sizes_kwh=tuple(sorted({point.size_kwh for point in found.points})),
        rows=tuple((chargers, tuple(points)) for chargers, points in by_chargers.items()),
        barriers=tuple(_worst(each) for each in found.in_the_way),
        filled=tuple((series, 100 * share) for series, share in found.filled_share.items()),
    )


def _worst(barrier: BarrierResult) -> BarrierResult:
    worst = sorted(barrier.hours, key=lambda each: -each.most_kw)[:_MOST_HOURS]
    return barrier.model_copy(update={"hours": tuple(sorted(worst, key=lambda each: each.start))})

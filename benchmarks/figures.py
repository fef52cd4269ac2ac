"""What the benchmarks of processor time share: figures, and what children spent."""

import statistics
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

Row = dict[str, Any]


def row(spent: list[float], *, bar_ms: float, **more: Any) -> Row:
    """Return the figures of CPU times ``spent`` [s]."""
    return {
        "least_ms": round(1000 * min(spent), 2),
        "median_ms": round(1000 * statistics.median(spent), 2),
        "bar_ms": round(bar_ms, 2),
        "runs": len(spent),
        **more,
    }


def spent_by_all() -> float:
    """Return the CPU time of this process and of its children that have ended [s]."""
    own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime

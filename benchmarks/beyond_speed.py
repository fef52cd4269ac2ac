"""What goes beyond one plan: ``python benchmarks/beyond_speed.py [ROW ...]``.

In one warm process, on one thread; prints JSON: per row the least and the median CPU time over its
runs in ms, and the bar. Ends with status 1 when a median misses its bar.
"""

import json
import statistics
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import problems

from scheduling.flex import document_from_object
from scheduling.planning import explain, plan

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


def reasons(make: Callable[[int], dict[str, Any]], *, runs: int) -> Row:
    """Explaining a day; the bar is what planning it takes, from the parsed document."""
    planned, explained = [], []
    for run in range(-2, runs):
        given = make(100 + run)
        began = process_time()
        answer = plan(document_from_object(given))
        middle = process_time()
        explain(answer)
        if run >= 0:
            planned.append(middle - began)
            explained.append(process_time() - middle)
    return row(explained, bar_ms=1000 * statistics.median(planned))


ROWS: dict[str, Callable[[], Row]] = {
    "reasons of a site's day": lambda: reasons(lambda s: problems.site(96, seed=s), runs=40),
    "reasons of a home's day": lambda: reasons(lambda s: problems.household(96, seed=s), runs=10),
    "reasons of 20 vehicles' day": lambda: reasons(
        lambda s: problems.charging(20, seed=s), runs=10
    ),
}


def main(wanted: list[str]) -> int:
    """Measure the rows that are ``wanted``, all if none, and print; 1 where a bar is missed."""
    chosen = [name for name in ROWS if not wanted or any(word in name for word in wanted)]
    answer = {name: ROWS[name]() for name in chosen}
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return int(any(each["median_ms"] > each["bar_ms"] for each in answer.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Random cases in FlexMeasures notation, by FlexMeasures itself and by us.

``python benchmarks/notation_check.py PYTHON DATABASE [CASES [FIRST [KIND]]]``: PYTHON is an
interpreter of an environment of its own with FlexMeasures 1.0.1 and fakeredis, DATABASE the address
of an empty PostgreSQL database; KIND ``sparse`` leaves capacities silent, ``shared`` also lets two
devices feed each stock, ``dense`` says much more of each. Prints JSON: how many agree,
within 0.001 plus 0.1 % of the cost, and each that does not, by its seed. What both refuse or find
impossible agrees. The exit status is 1 when a case disagrees to which FlexMeasures gives a
schedule.
"""

import json
import os
import subprocess
import sys
from typing import Any

from notation_dense import dense_case
from notation_problems import Case, case, shared_case, sparse_case
from peer_scheduler import SCHEDULER

from scheduling.flex import DocumentError
from scheduling.flex.flexmeasures import document_from_flexmeasures
from scheduling.planning import PlanStatus, plan

KINDS = {"full": case, "sparse": sparse_case, "shared": shared_case, "dense": dense_case}


def _theirs(python: str, database: str, cases: list[Case]) -> list[dict[str, Any]]:
    settings = {"SQLALCHEMY_DATABASE_URI": database, "SECRET_KEY": "none"}
    settings |= {"SQLALCHEMY_TEST_DATABASE_URI": database, "FLEXMEASURES_ENV": "testing"}
    found = subprocess.run(  # noqa: S603
        [python, "-c", SCHEDULER],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | settings,
    )
    lines = (line for line in found.stdout.splitlines() if line.startswith("ANSWER "))
    return [json.loads(line.removeprefix("ANSWER ")) for line in lines]


def _ours(given: Case) -> dict[str, Any]:
    try:
        answer = plan(document_from_flexmeasures(given))
    except DocumentError as error:
        return {"error": str(error)}
    if answer.status is PlanStatus.INFEASIBLE:
        return {"error": "; ".join(answer.infeasible)}
    return {"cost": answer.cost}


def _agree(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    if "error" in theirs or "error" in ours:
        return "error" in theirs and "error" in ours
    allowed = 0.001 + 0.001 * abs(theirs["cost"])
    return bool(abs(ours["cost"] - theirs["cost"]) <= allowed)


def main(
    python: str, database: str, n_cases: str = "60", first: str = "0", kind: str = "full"
) -> int:
    """Compare and print; return the exit status."""
    seeds = range(int(first), int(first) + int(n_cases))
    make = KINDS[kind]
    cases = [make(seed) for seed in seeds]
    pairs: list[dict[str, Any]] = [
        {"seed": seed, "theirs": theirs, "ours": _ours(given)}
        for seed, given, theirs in zip(seeds, cases, _theirs(python, database, cases), strict=True)
    ]
    others = [pair for pair in pairs if not _agree(pair["theirs"], pair["ours"])]
    answer = {"cases": len(pairs), "agree": len(pairs) - len(others), "others": others}
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return int(any("cost" in pair["theirs"] for pair in others))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Our plans against the reference cases of another scheduler, by its rules of comparison.

``python benchmarks/reference_cases.py [FOLDER]`` reads files of schema ``fm-case/1`` (by
default in ``../shared/cases`` beside the project), solves each, and prints a table. A cost
agrees within 0.001 plus 0.1 %; power is compared where the schedule is known to be the only
one. The exit status is 1 when a case disagrees.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from scheduling.flex.flexmeasures import document_from_flexmeasures
from scheduling.planning import Plan, PlanStatus, plan

FOLDER = Path(__file__).parents[2] / "shared" / "cases"


def main(arguments: list[str]) -> int:
    """Compare all cases; return the exit status."""
    folder = Path(arguments[0]) if arguments else FOLDER
    files = sorted(folder.glob("*.json"))
    if not files:
        sys.stdout.write(f"no reference cases in {folder}: nothing was compared\n")
        return 0
    worst = 0
    sys.stdout.write(
        f"{'case':36} {'theirs':>12} {'ours':>12} {'power kW':>9} {'ms':>6}  verdict\n"
    )
    for file in files:
        case = json.loads(file.read_text())
        answer = plan(document_from_flexmeasures(case))
        cost, theirs = answer.cost, _expected_cost(case)
        difference = _power_difference(case, answer)
        verdict = _verdict(case, answer, cost, theirs, difference)
        worst |= verdict != "agrees"
        spent = sum(answer.timings_ms.values())
        numbers = f"{theirs:12.5f} {cost:12.5f} {difference:9.4f} {spent:6.1f}"
        sys.stdout.write(f"{case['id']:36} {numbers}  {verdict}\n")
    return worst


def _expected_cost(case: dict[str, Any]) -> float:
    expected = case["expected"]
    found = expected.get("total_energy_cost", expected.get("total_cost_excluding_tie_breakers"))
    return float("nan") if found is None else float(found)


def _power_difference(case: dict[str, Any], answer: Plan) -> float:
    theirs = case["expected"].get("power_kW", {})
    ours = {**answer.node_power_kw, **answer.power_kw}
    if answer.status is PlanStatus.INFEASIBLE or not theirs:
        return float("nan")
    differences = [np.abs(np.array(power) - ours[name]).max() for name, power in theirs.items()]
    return float(max(differences))


def _verdict(
    case: dict[str, Any], answer: Plan, cost: float, theirs: float, difference: float
) -> str:
    is_infeasible = case["expected"]["status"] == "infeasible"
    if is_infeasible or answer.status is PlanStatus.INFEASIBLE:
        agrees = is_infeasible and answer.status is PlanStatus.INFEASIBLE
        return "agrees" if agrees else f"{answer.status}: {'; '.join(answer.infeasible)}"
    allowed = 0.001 + 0.001 * abs(theirs)
    if cost > theirs + allowed:
        return "costs more"
    if cost < theirs - allowed:
        return "costs less"
    if case["expected"].get("same_schedule_with_second_solver") and difference > 0.05:
        return "other power, same cost"
    return "agrees"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

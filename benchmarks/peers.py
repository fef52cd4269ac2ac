"""The same problems by peers: ``python benchmarks/peers.py pypsa=PYTHON emhass=PYTHON ...``.

PYTHON is an interpreter of an environment of its own in which the peer is installed (known:
pypsa, flexmeasures, emhass); nothing of it is installed beside Loadstar. The rows of the speed
table that a peer can say, with prices under which a linear model is exact. Prints JSON: CPU time
of each, the median of several runs in a warm process, and how far its cost is from ours.
"""

import json
import statistics
import subprocess
import sys
from time import process_time
from typing import Any, Final

import problems
from peer_programs import EMHASS, FLEXMEASURES, PYPSA

from scheduling.flex import document_from_object
from scheduling.planning import plan

RUNS = 5

Answers = list[tuple[float, float]]

#: By peer: for each way to run it, what it runs and whether it is made for on/off loads.
PEERS: Final = {
    "pypsa": {"pypsa": (PYPSA, False)},
    "flexmeasures": {
        "flexmeasures": (FLEXMEASURES.replace("@solver@", "appsi_highs"), False),
        "flexmeasures, direct": (FLEXMEASURES.replace("@solver@", "highspy"), False),
    },
    "emhass": {
        "emhass, 1 %": (EMHASS.replace("@gap@", "0.01"), True),
        "emhass, exact": (EMHASS.replace("@gap@", "1e-6"), True),
    },
}


def _days(n_steps: int, *, on_off: bool) -> list[dict[str, Any]]:
    make = problems.household if on_off else problems.site
    found = []
    for seed in range(RUNS + 1):
        given = make(n_steps, seed=seed)
        # A stock that has to be there at the end, which all know, in place of its worth.
        battery = given["devices"][0]
        battery |= {
            "end_value_per_kwh": 0.0,
            "stock_at_end_min_kwh": battery["stock_at_start_kwh"],
            "wear_cost_per_kwh": 0.02,
        }
        found.append(given)
    return found


def _ours(given: list[dict[str, Any]]) -> Answers:
    answers = []
    for each in given:
        began = process_time()
        cost = plan(document_from_object(each)).cost
        answers.append((cost, 1000 * (process_time() - began)))
    return answers


def _theirs(program: str, python: str, given: list[dict[str, Any]]) -> Answers:
    found = subprocess.run(  # noqa: S603
        [python, "-c", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return [(cost, spent) for cost, spent in json.loads(found.stdout.splitlines()[-1])]


def _row(row: Answers, ours: Answers) -> dict[str, float]:
    pairs = zip(row, ours, strict=True)
    return {
        "median_ms": round(statistics.median(spent for _, spent in row[1:]), 1),
        "worst_difference": max(abs(cost - own) / abs(own) for (cost, _), (own, _) in pairs),
    }


def main(arguments: list[str]) -> None:
    """Measure the peers named and print."""
    pythons = dict(argument.split("=", 1) for argument in arguments)
    ways = {
        way: (python, *told)
        for name, python in pythons.items()
        for way, told in PEERS[name].items()
    }
    answer: dict[str, Any] = {}
    for name, n_steps, on_off in (
        ("96 steps", 96, False),
        ("672 steps", 672, False),
        ("2 on/off loads, 24 h", 96, True),
        ("2 on/off loads, 48 h", 192, True),
    ):
        given = _days(n_steps, on_off=on_off)
        ours = _ours(given)
        answer[name] = {"loadstar": _row(ours, ours)} | {
            way: _row(_theirs(program, python, given), ours)
            for way, (python, program, plans_on_off) in ways.items()
            if plans_on_off == on_off
        }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The same problem by peers: ``python benchmarks/peers.py pypsa=PYTHON ...``.

PYTHON is an interpreter of an environment of its own in which the peer is installed; nothing of
it is installed beside Loadstar. A battery, a load and a roof behind a connection, as in the speed
table; with prices under which a linear model is exact. Prints JSON: cost and CPU time of each,
the median of several runs in a warm process, building and solving together.
"""

import json
import statistics
import subprocess
import sys
from time import process_time
from typing import Any

import problems

from scheduling.flex import document_from_object
from scheduling.planning import plan

RUNS = 5

PYPSA = """
import json, sys, time, logging, warnings
logging.disable(logging.CRITICAL); warnings.filterwarnings("ignore")
import numpy as np, pandas as pd, pypsa
answers = []
for given in json.load(sys.stdin):
    battery, load, roof = given["devices"]
    began = time.process_time()
    n = pypsa.Network()
    steps = pd.RangeIndex(len(load["power_kw"]))
    n.set_snapshots(steps)
    n.snapshot_weightings = 0.25 * n.snapshot_weightings.astype(float)
    n.add("Carrier", "power")
    for bus in ("site", "store", "buys", "sells"):
        n.add("Bus", bus, carrier="power")
    prices, limits = given["prices"], given["connection"]
    n.add("Generator", "import", bus="site", carrier="power", p_nom=limits["import_limit_kw"],
          marginal_cost=pd.Series(prices["import_per_kwh"], steps))
    n.add("Generator", "export", bus="site", carrier="power", p_nom=limits["export_limit_kw"],
          p_min_pu=-1, p_max_pu=0, marginal_cost=pd.Series(prices["export_per_kwh"], steps))
    peak = max(roof["available_kw"])
    n.add("Generator", "pv", bus="site", carrier="power", p_nom=peak,
          p_max_pu=pd.Series(roof["available_kw"], steps) / peak)
    n.add("Load", "load", bus="site", carrier="power", p_set=pd.Series(load["power_kw"], steps))
    size, start = battery["capacity_kwh"], battery["stock_at_start_kwh"]
    least = np.zeros(len(steps)); least[-1] = battery["stock_at_end_min_kwh"] / size
    n.add("Store", "battery", bus="store", carrier="power", e_nom=size, e_initial=start,
          e_min_pu=pd.Series(least, steps))
    for name, a, b, most in (("charge", "site", "store", battery["charge_limit_kw"]),
                             ("discharge", "store", "site", battery["discharge_limit_kw"])):
        share = 1.0 if name == "charge" else 1 / 0.95
        n.add("Link", name, bus0=a, bus1=b, carrier="power", efficiency=0.95,
              p_nom=most * share, marginal_cost=0.01 * (1 if name == "charge" else 0.95))
    n.optimize(solver_name="highs", log_to_console=False, progress=False,
               include_objective_constant=False)
    answers.append((float(n.objective), 1000 * (time.process_time() - began)))
print(json.dumps(answers))
"""

PEERS = {"pypsa": PYPSA}


def _problems(n_steps: int) -> list[dict[str, Any]]:
    found = []
    for seed in range(RUNS + 1):
        given = problems.site(n_steps, seed=seed)
        # A stock that has to be there at the end, which all know, in place of its worth.
        given["devices"][0] |= {
            "end_value_per_kwh": 0.0,
            "stock_at_end_min_kwh": 60.0,
            "wear_cost_per_kwh": 0.02,
        }
        found.append(given)
    return found


def _ours(given: list[dict[str, Any]]) -> list[tuple[float, float]]:
    answers = []
    for each in given:
        began = process_time()
        cost = plan(document_from_object(each)).cost
        answers.append((cost, 1000 * (process_time() - began)))
    return answers


def _theirs(name: str, python: str, given: list[dict[str, Any]]) -> list[tuple[float, float]]:
    found = subprocess.run(  # noqa: S603
        [python, "-c", PEERS[name]],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return [(cost, spent) for cost, spent in json.loads(found.stdout.splitlines()[-1])]


def main(arguments: list[str]) -> None:
    """Measure the peers named and print."""
    peers = dict(argument.split("=", 1) for argument in arguments)
    answer: dict[str, Any] = {}
    for n_steps in (96, 672):
        given = _problems(n_steps)
        rows = {"loadstar": _ours(given)}
        rows |= {name: _theirs(name, python, given) for name, python in peers.items()}
        ours = rows["loadstar"]
        answer[f"{n_steps} steps"] = {
            name: {
                "median_ms": round(statistics.median(spent for _, spent in row[1:]), 1),
                "worst_difference": max(
                    abs(cost - own) / abs(own)
                    for (cost, _), (own, _) in zip(row, ours, strict=True)
                ),
            }
            for name, row in rows.items()
        }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

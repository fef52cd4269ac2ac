"""What the peers of ``benchmarks/peers.py`` run, each in an environment of its own.

Each reads documents of a speed table's row as JSON, and prints (cost, CPU time in ms) of each,
from the document's numbers to the plan, building and solving together.
"""

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

#: ``@solver@``: its own default, or the direct one that it offers beside it.
FLEXMEASURES = """
import json, sys, time, logging, warnings
logging.disable(logging.CRITICAL); warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from flask import Flask
from flexmeasures.data.models.planning.linear_optimization import device_scheduler
app = Flask("peer")
app.config |= {"LOGGING_LEVEL": "WARNING", "FLEXMEASURES_LP_SOLVER": "@solver@"}
NAMES = ("equals", "max", "min", "efficiency", "derivative equals", "derivative max",
         "derivative min", "derivative down efficiency", "derivative up efficiency", "stock delta")
def frame(index, **columns):
    found = pd.DataFrame(np.nan, index=index, columns=list(NAMES))
    for name, value in columns.items():
        found[name.replace("_", " ")] = value
    return found
def committed(index, up, down, **more):
    return pd.DataFrame({"quantity": 0.0, "upwards deviation price": 0.25 * np.array(up),
                         "downwards deviation price": 0.25 * np.array(down),
                         "group": range(len(index)), **more}, index=index)
answers = []
with app.app_context():
    for given in json.load(sys.stdin):
        battery, load, roof = given["devices"]
        limits, prices = given["connection"], given["prices"]
        began = time.process_time()
        index = pd.date_range(given["window"]["start"], periods=len(load["power_kw"]), freq="15min")
        start = battery["stock_at_start_kwh"]
        # Its stocks are in power times steps, and count from what is there at the start.
        store = frame(index, derivative_max=battery["charge_limit_kw"],
                      derivative_min=-battery["discharge_limit_kw"],
                      derivative_up_efficiency=0.95, derivative_down_efficiency=0.95,
                      efficiency=1.0, max=4.0 * (battery["capacity_kwh"] - start),
                      min=-4.0 * start, stock_delta=0.0)
        least = 4.0 * (battery["stock_at_end_min_kwh"] - start)
        store.iloc[-1, store.columns.get_loc("min")] = least
        sun = frame(index, derivative_max=0.0, derivative_min=-np.array(roof["available_kw"]))
        used = frame(index, derivative_equals=np.array(load["power_kw"]))
        site = frame(index, derivative_max=float(limits["import_limit_kw"]),
                     derivative_min=-float(limits["export_limit_kw"]))
        energy = committed(index, prices["import_per_kwh"], prices["export_per_kwh"])
        wear = committed(index, [0.01] * len(index), [-0.01] * len(index), device=0)
        cost = device_scheduler([store, sun, used], site, commitments=[energy, wear])[1]
        answers.append((float(cost), 1000 * (time.process_time() - began)))
print(json.dumps(answers))
"""

#: ``@gap@``: 1 % by default.
EMHASS = """
import json, sys, time, logging, warnings, pathlib
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd, emhass
from emhass.optimization import Optimization
root = pathlib.Path(emhass.__file__).parent
defaults = json.loads((root / "data" / "config_defaults.json").read_text())
answers = []
for given in json.load(sys.stdin):
    battery, load, roof, *jobs = given["devices"]
    limits, prices = given["connection"], given["prices"]
    buy, sell = np.array(prices["import_per_kwh"]), np.array(prices["export_per_kwh"])
    n = len(load["power_kw"])
    began = time.process_time()
    index = pd.date_range(given["window"]["start"], periods=n, freq="15min")
    start = battery["stock_at_start_kwh"] / battery["capacity_kwh"]
    hours = [job["duration_minutes"] / 60 for job in jobs]
    c = defaults | {
        "optimization_time_step": pd.Timedelta("15min"), "time_zone": "UTC", "num_threads": 1,
        "delta_forecast_daily": pd.Timedelta(days=n // 96), "set_use_pv": True,
        "set_use_battery": True, "set_nodischarge_to_grid": False,
        "lp_solver_mip_rel_gap": float("@gap@"), "lp_solver_timeout": 120,
        "weight_battery_discharge": 0.01, "weight_battery_charge": 0.01,
        "battery_discharge_power_max": 1000.0 * battery["discharge_limit_kw"],
        "battery_charge_power_max": 1000.0 * battery["charge_limit_kw"],
        "battery_nominal_energy_capacity": 1000.0 * battery["capacity_kwh"],
        "battery_minimum_state_of_charge": 0.0, "battery_maximum_state_of_charge": 1.0,
        "battery_target_state_of_charge": start,
        "maximum_power_from_grid": 1000.0 * limits["import_limit_kw"],
        "maximum_power_to_grid": 1000.0 * limits["export_limit_kw"],
        "number_of_deferrable_loads": len(jobs), "operating_hours_of_each_deferrable_load": hours,
        "nominal_power_of_deferrable_loads": [1000.0 * job["power_kw"] for job in jobs],
    }
    paths = {"root_path": root, "data_path": pathlib.Path(".")}
    optimizer = Optimization(c, c, c, "cost", "price", "profit", paths, logging.getLogger("peer"),
                             opt_time_delta=24 * (n // 96), num_timesteps=n)
    found = optimizer.perform_optimization(
        pd.DataFrame({"cost": buy, "price": sell}, index=index),
        1000.0 * np.array(roof["available_kw"]), 1000.0 * np.array(load["power_kw"]), buy, sell,
        soc_init=start, soc_final=start, def_total_hours=hours)
    spent = 1000 * (time.process_time() - began)
    grid, stored = found["P_grid"].to_numpy() / 1000, found["P_batt"].to_numpy() / 1000
    cost = np.clip(grid, 0, None) @ buy - np.clip(-grid, 0, None) @ sell
    answers.append((0.25 * float(cost + 0.01 * np.abs(stored).sum()), spent))
print(json.dumps(answers))
"""

"""The program by which ``benchmarks/notation_check.py`` asks FlexMeasures for its schedules.

It runs in an environment of its own with an empty PostgreSQL database, reads cases as JSON and
prints one line per case: its cost, or why there is none. Series become sensors with beliefs of
long ago, devices and groups assets with a sensor each; all of it is rolled back.
"""

SCHEDULER = """
import copy, json, logging, os, sys, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import isodate, pandas as pd
from flexmeasures.app import create
app = create(env="testing")
from flexmeasures.data import db
from flexmeasures.data.models.data_sources import DataSource
from flexmeasures.data.models.generic_assets import GenericAsset, GenericAssetType
from flexmeasures.data.models.planning.storage import StorageScheduler
from flexmeasures.data.models.time_series import Sensor, TimedBelief
LONG_AGO = pd.Timestamp("2020-01-01T00:00Z")
def lasting(text): return pd.Timedelta(isodate.parse_duration(text))
class Site:
    def __init__(self, case):
        self.case, self.zone, self.sensors = case, case["time"]["timezone"], {}
        self.step = lasting(case["time"]["resolution"])
        self.kind = GenericAssetType(name="any"); db.session.add(self.kind)
        self.source = DataSource(name="check", type="demo script")
        self.asset = GenericAsset(name="site", generic_asset_type=self.kind)
        db.session.add_all([self.source, self.asset]); db.session.flush()
    def sensor(self, name, unit, step, asset):
        made = Sensor(name=name, generic_asset=asset, unit=unit, timezone=self.zone,
                      event_resolution=step.to_pytimedelta())
        db.session.add(made); db.session.flush()
        return made
    def below(self, name):
        asset = GenericAsset(name=name, generic_asset_type=self.kind, parent_asset=self.asset)
        return self.sensor(name, "kW", self.step, asset)
    def series(self, name):
        if name not in self.sensors:
            given = self.case["series"][name]
            step = lasting(given["resolution"])
            made = self.sensor("series " + name, given["unit"], step, self.asset)
            start = pd.Timestamp(given["start"])
            db.session.add_all([
                TimedBelief(sensor=made, source=self.source, event_start=start + i * step,
                            event_value=value, belief_time=LONG_AGO, cumulative_probability=0.5)
                for i, value in enumerate(given["values"]) if value is not None])
            db.session.flush()
            self.sensors[name] = made
        return self.sensors[name]
    def told(self, given):
        if isinstance(given, dict) and "series" in given:
            rest = {key: value for key, value in given.items() if key != "series"}
            return {"sensor": self.series(given["series"]).id, **rest}
        if isinstance(given, dict):
            return {key: self.told(value) for key, value in given.items()}
        return [self.told(each) for each in given] if isinstance(given, list) else given
def schedule(case):
    site = Site(case)
    groups = {each["name"]: site.below(each["name"]) for each in case["groups"]}
    entries = []
    for each in [*case["devices"], *case["groups"]]:
        sensor = groups.get(each["name"]) or site.below(each["name"])
        model = site.told(each["flex_model"])
        is_fixed = any(field.startswith("inflexible") for field in model)
        own = {"asset": sensor.generic_asset.id} if is_fixed else {"sensor": sensor.id}
        above = {"group": {"sensor": groups[each["group"]].id}} if each.get("group") else {}
        entries.append({**own, **model, **above})
    start = pd.Timestamp(case["time"]["start"]).tz_convert(site.zone)
    end = start + lasting(case["time"]["duration"])
    found = StorageScheduler(
        site.asset, start.to_pydatetime(), end.to_pydatetime(), site.step.to_pytimedelta(),
        belief_time=start.to_pydatetime(), flex_model=entries,
        flex_context=site.told(copy.deepcopy(case["flex_context"])), return_multiple=True).compute()
    [costs] = [each["data"] for each in found if each["name"] == "commitment_costs"]
    return sum(cost for name, cost in costs.items() if not name.startswith("prefer "))
with app.app_context():
    db.create_all()
    for case in json.load(sys.stdin):
        try:
            answer = {"cost": float(schedule(case))}
        except Exception as error:
            answer = {"error": type(error).__name__ + ": " + str(error)[:200]}
        db.session.rollback()
        print("ANSWER " + json.dumps(answer), flush=True)
"""

"""What FlexMeasures runs for ``benchmarks/forecast_peers.py``, in an environment of its own.

Its whole train-predict pipeline, as its command and its interface run it, on its own database:
readings are stored as beliefs, and each forecast is asked for with ``prior`` at its origin, so
that it sees what was known then. Prints per series and origin what it foretold and its seconds.
"""

FLEXMEASURES = """
import json, sys, time, logging, tempfile, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd, timely_beliefs as tb
from flexmeasures.app import create
app = create(env="testing")
logging.disable(logging.CRITICAL)
from flexmeasures.data import db
from flexmeasures.data.models.data_sources import DataSource
from flexmeasures.data.models.forecasting.pipelines import TrainPredictPipeline
from flexmeasures.data.models.generic_assets import GenericAsset, GenericAssetType
from flexmeasures.data.models.time_series import Sensor
from flexmeasures.data.utils import save_to_db
given = json.load(sys.stdin)
answers = {}
with app.app_context(), tempfile.TemporaryDirectory() as models:
    db.drop_all()
    db.create_all()
    kind = GenericAssetType(name="site")
    source = DataSource(name="meter", type="demo script")
    db.session.add_all([kind, source])
    for each in given["series"]:
        step = pd.Timedelta(minutes=each["minutes"])
        asset = GenericAsset(name=each["name"], generic_asset_type=kind)
        sensor = Sensor(name=each["name"], unit="kW", timezone=each["zone"],
                        event_resolution=step.to_pytimedelta(), generic_asset=asset)
        db.session.add_all([asset, sensor])
        db.session.commit()
        values = np.array(each["values"], dtype=float)
        starts = pd.date_range(each["start"], periods=values.size, freq=step)
        known = ~np.isnan(values)
        read = pd.Series(values[known], starts[known])
        save_to_db(tb.BeliefsDataFrame(read, sensor=sensor, source=source,
                                       belief_horizon=pd.Timedelta(0)))
        db.session.commit()
        span = each["n_steps"] * step
        found = []
        for origin in each["origins"]:
            began, wall = time.process_time(), time.perf_counter()
            pipeline = TrainPredictPipeline(
                config={"train-period": given["train_period"]}, delete_model=True)
            asked = {"sensor": sensor.id, "start": starts[origin].isoformat(),
                     "duration": span.isoformat(), "prior": starts[origin].isoformat(),
                     "model-save-dir": models}
            [answer] = pipeline.compute(parameters=asked)
            took = time.process_time() - began, time.perf_counter() - wall
            frame = answer["data"].reset_index().set_index("event_start")["event_value"]
            wanted = pd.date_range(starts[origin], periods=each["n_steps"], freq=step)
            found.append([frame.reindex(wanted).tolist(), *took])
        answers[each["name"]] = found
print("\\n" + json.dumps(answers))
"""

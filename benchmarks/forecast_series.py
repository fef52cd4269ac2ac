"""The real series that forecasts are measured on, as samples; each with its traps seen to."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.features.calendar import with_holidays
from forecasting.forecasters.base import Array, Place, Sample, Times

_QUARTER: Final = np.timedelta64(900, "s")
_HOUR: Final = np.timedelta64(3_600, "s")
_GOLDEN: Final = Place(39.742, -105.1727, "Etc/GMT+7")


@dataclass(frozen=True, slots=True)
class Task:
    """What to foretell and how well it has to go.

    Attributes:
        bar: skill against the best of persistence, yesterday and last week that must be met.
        issue_minute, hours: local minute at which a window begins, and its length.
        daylight: score steps alone at which there is generation.
    """

    name: str
    bar: float
    issue_minute: int
    hours: int
    read: Callable[[Path], Sample]
    daylight: bool = False


def _table(file: Path) -> tuple[list[str], list[list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        head = [name.strip() for name in next(rows)]
        return head, [row for row in rows if row]


def _column(table: tuple[list[str], list[list[str]]], name: str) -> Array:
    head, rows = table
    at = head.index(name)
    cells = [row[at].strip() if len(row) > at else "" for row in rows]
    return np.array([float(cell) if cell else np.nan for cell in cells])


def _bridged(values: Array) -> Array:
    known = np.flatnonzero(~np.isnan(values))
    return np.interp(np.arange(values.size), known, values[known])


def _labels(texts: list[str]) -> Times:
    return np.array(texts, dtype="datetime64[s]")


def _alone(times: Times, target: Array) -> Sample:
    return Sample(times, target, np.empty((times.size, 0)))


def _national_load(folder: Path) -> Sample:
    table = _table(folder / "national_load_pv_wind_de/opsd_de_2019_jan_sep.csv")
    times = _labels([row[1][:19] for row in table[1]])
    series = _alone(times, _column(table, "DE_load_actual_entsoe_transparency"))
    return with_holidays(series, "Europe/Berlin")


def _dutch_price(folder: Path) -> Sample:
    table = _table(folder / "prices_nl_dayahead/nl_day_ahead_2024.csv")
    # Four hours are there twice, with offset and value alike; the first stays.
    rows = {row[0]: float(row[1]) for row in reversed(table[1])}
    stamps = sorted(rows, key=datetime.fromisoformat)
    series = _alone(_labels([each[:19] for each in stamps]), np.array([rows[s] for s in stamps]))
    return with_holidays(series, "Europe/Amsterdam")


def _belgian_price(folder: Path) -> Sample:
    table = _table(folder / "prices_epf_be/BE.csv")
    stamps = [datetime.strptime(row[0], "%Y/%m/%d %H:%M") for row in table[1]]  # noqa: DTZ007
    names = ("Generation forecast", "System load forecast")
    covariates = np.column_stack([_bridged(_column(table, name)) for name in names])
    series = Sample(np.array(stamps, "datetime64[s]"), _column(table, "OT"), covariates, names)
    return with_holidays(series, "Europe/Brussels")


def _steel(folder: Path) -> Sample:
    # Labels are ends, and the 00:00 of a date is its last row: in the file's order, all is right.
    table = _table(folder / "industrial_load_steel/steel_2018_jan_sep.csv")
    load = _column(table, "Usage_kWh")
    times = np.datetime64("2018-01-01T00:00:00") + np.arange(load.size) * _QUARTER
    return with_holidays(_alone(times, load), "Asia/Seoul")


def _transformer(column: str) -> Callable[[Path], Sample]:
    def read(folder: Path) -> Sample:
        table = _table(folder / "transformer_ett/ETTh1.csv")
        return _alone(_labels([row[0] for row in table[1]]), _column(table, column))

    return read


def _household(number: int) -> Callable[[Path], Sample]:
    def read(folder: Path) -> Sample:
        table = _table(folder / f"household_pv_citylearn2022/Building_{number}.csv")
        weather = _table(folder / "household_pv_citylearn2022/weather.csv")
        load = _column(table, "non_shiftable_load")
        times = np.datetime64("2016-07-31T23:00:00") + np.arange(load.size) * _HOUR
        free = (_column(table, "day_type") == 8).astype(float)
        temperature = _bridged(_column(weather, "outdoor_dry_bulb_temperature"))
        covariates = np.column_stack([temperature, free])
        return Sample(times, load, covariates, ("temperature", "holiday"))

    return read


def _panels(*, weather_known: bool) -> Callable[[Path], Sample]:
    def read(folder: Path) -> Sample:
        table = _table(folder / "pv_nrel_serf/serf_east_15min_ac_power.csv")
        labels = _labels([row[0][:19] for row in table[1]])
        place = ((labels - labels[0]) // _QUARTER).astype(int)
        times = labels[0] + np.arange(place[-1] + 1) * _QUARTER
        power = np.full(times.size, np.nan)
        power[place] = _column(table, "ac_power")
        if not weather_known:
            return Sample(times, power, np.empty((times.size, 0)), (), _GOLDEN)
        weather = _table(folder / "pv_nrel_serf/serf_east_psm3_data.csv")
        stamps = _labels([row[0][:19] for row in weather[1]])
        at = ((stamps - labels[0]) // _QUARTER).astype(int)
        inside = (at >= 0) & (at < times.size)
        names = {"ghi": "ghi", "temp_air": "temperature", "ghi_clear": "ghi_clear"}
        columns = []
        for name in names:
            column = np.full(times.size, np.nan)
            column[at[inside]] = _column(weather, name)[inside]
            columns.append(_bridged(column))
        return Sample(times, power, np.column_stack(columns), tuple(names.values()), _GOLDEN)

    return read


def _substation(folder: Path) -> Sample:
    table = _table(folder / "substation_nl_openstef/model_input_pid_307.csv")
    zone = ZoneInfo("Europe/Amsterdam")
    local = [datetime.fromisoformat(row[0]).astimezone(zone) for row in table[1]]
    times = np.array([each.replace(tzinfo=None) for each in local], "datetime64[s]")
    names = ("clouds", "radiation", "temp", "windspeed", "windspeed_100m", "humidity")
    covariates = np.column_stack([_bridged(_column(table, name)) for name in names])
    load = _column(table, "load")
    end = int(np.flatnonzero(~np.isnan(load))[-1]) + 1
    return with_holidays(Sample(times, load, covariates, names)[:end], zone.key)


NOON: Final = 720
TASKS: Final = (
    Task("national load DE", 0.40, NOON, 36, _national_load),
    Task("NL day-ahead price 2024", 0.25, 0, 24, _dutch_price),
    Task("EPF BE price", 0.36, 0, 24, _belgian_price),
    Task("steel plant", 0.26, NOON, 36, _steel),
    Task("Dutch substation", 0.29, NOON, 36, _substation),
    Task("PV SERF, irradiance", 0.45, NOON, 36, _panels(weather_known=True), daylight=True),
    Task("PV SERF, no weather", 0.11, NOON, 36, _panels(weather_known=False), daylight=True),
    Task("household 1", 0.18, 0, 24, _household(1)),
    Task("household 2", 0.18, 0, 24, _household(2)),
    Task("ETTh1 HUFL", 0.20, NOON, 36, _transformer("HUFL")),
    Task("ETTh1 OT", 0.05, NOON, 36, _transformer("OT")),
)


def _national(*columns: tuple[str, float]) -> Callable[[Path], list[Sample]]:
    def read(folder: Path) -> list[Sample]:
        table = _table(folder / "national_load_pv_wind_de/opsd_de_2019_jan_sep.csv")
        times = _labels([row[1][:19] for row in table[1]])
        parts = [sign * _bridged(_column(table, f"DE_{name}")) for name, sign in columns]
        return [with_holidays(_alone(times, part), "Europe/Berlin") for part in parts]

    return read


def _homes(*numbers: int, panels_kw: float) -> Callable[[Path], list[Sample]]:
    def read(folder: Path) -> list[Sample]:
        parts = []
        for number in numbers:
            load = _household(number)(folder)
            parts.append(load)
            table = _table(folder / f"household_pv_citylearn2022/Building_{number}.csv")
            sun = -_column(table, "solar_generation") / 1_000 * panels_kw
            parts.append(Sample(load.times, sun, load.covariates, load.names))
        return parts if panels_kw else parts[::2]

    return read


def _windings(folder: Path) -> list[Sample]:
    return [_transformer(column)(folder) for column in ("MUFL", "LUFL")]


_LOAD: Final = "load_actual_entsoe_transparency"
#: Parts of nets, positive into the asset.
NETS: Final[dict[str, Callable[[Path], list[Sample]]]] = {
    "load of four zones, DE": _national(
        *((f"{zone}_{_LOAD}", 1.0) for zone in ("50hertz", "amprion", "tennet", "transnetbw"))
    ),
    "load less sun and wind, DE": _national(
        (_LOAD, 1.0),
        ("solar_generation_actual", -1.0),
        ("wind_offshore_generation_actual", -1.0),
        ("wind_onshore_generation_actual", -1.0),
    ),
    "two homes, 4 kW of panels each": _homes(1, 2, panels_kw=4.0),
    "home 1, 4 kW of panels": _homes(1, panels_kw=4.0),
    "loads of two homes": _homes(1, 2, panels_kw=0.0),
    "two windings of a transformer": _windings,
}

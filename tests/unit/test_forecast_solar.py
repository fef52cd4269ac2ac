"""The plane of panels, from what they gave."""

import numpy as np
import pytest

from forecasting.features import known
from forecasting.features.series import Place, Sample
from forecasting.features.solar import best_plane, plane_of, sky_of

# pvlib asks pandas for what pandas will call otherwise.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_PLACE = Place(52.1, 5.2, "Europe/Amsterdam")
_TIMES = np.datetime64("2026-05-04", "s") + np.arange(21 * 96) * np.timedelta64(900, "s")


def history(tilt: float, azimuth: float) -> Sample:
    """Three weeks of 6 kW of panels on that plane, quarter-hours, cloudy on two days of three."""
    clear = sky_of(_TIMES, np.empty((_TIMES.size, 0)), (), _PLACE).ghi
    clouds = np.random.default_rng(1).choice([1.0, 0.3, 0.6], 21).repeat(96)
    covariates = (clear * clouds)[:, None]
    sky = sky_of(_TIMES, covariates, (known.IRRADIANCE,), _PLACE)
    return Sample(_TIMES, 6.0 * sky.power(tilt, azimuth), covariates, (known.IRRADIANCE,), _PLACE)


@pytest.mark.parametrize(("tilt", "azimuth"), [(35.0, 158.0), (15.0, 247.0), (47.0, 200.0)])
def test_the_plane_is_found_between_those_first_tried(tilt: float, azimuth: float) -> None:
    found = plane_of(history(tilt, azimuth))

    assert found is not None
    assert found[0] == pytest.approx(tilt, abs=5.0)
    assert found[1] == pytest.approx(azimuth, abs=12.5)


def test_panels_that_lie_flat_are_not_tilted_the_other_way() -> None:
    given = history(0.0, 180.0)
    sky = sky_of(given.times, given.covariates, given.names, _PLACE)

    tilt, _ = best_plane(sky, given.target)

    assert 0.0 <= tilt <= 5.0
